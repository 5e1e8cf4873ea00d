/** The one slider: it moves every panel of every chosen run. Under it, a line of ticks for each run. */

import { scaleLinear } from "d3-scale";
import { useMemo } from "preact/hooks";
import { failedSteps } from "../data/status";
import { pause, playing, SPEEDS, speed, togglePlay } from "../playback";
import { layer } from "../layers";
import { colours, goTo, moveBy, shownIndexes, step, ticks, timeline, titles } from "../state";
import { viewId } from "../settings";
import { stepA } from "../views/comparison";
import { Icon } from "./Icon";
import { useWidth } from "./useWidth";

/** Half the slider's thumb: the track's ends lie so far inside the control. */
const INSET = 8;

function words(at: number, last: number): string {
  return `epoch ${at} of ${last}${at === 0 ? ", before training" : ""}`;
}

export function Timeline() {
  const steps = timeline.value;
  const first = steps[0] ?? 0;
  const last = steps[steps.length - 1] ?? 0;
  const at = step.value;

  const onKeyDown = (event: KeyboardEvent) => {
    const moves = new Map([
      ["ArrowLeft", -1], ["ArrowDown", -1], ["ArrowRight", 1], ["ArrowUp", 1],
      ["PageDown", -10], ["PageUp", 10], ["Home", -Infinity], ["End", Infinity],
    ]);
    const move = moves.get(event.key);
    if (move === undefined) return;
    event.preventDefault();
    pause();
    if (Number.isFinite(move)) moveBy(move);
    else goTo(move);
  };

  return (
    <div class="timeline">
      <button
        type="button"
        class="round"
        aria-label={playing.value ? "pause" : "play"}
        title={playing.value ? "Pause (space)" : "Play (space)"}
        disabled={steps.length < 2}
        onClick={togglePlay}
      >
        <Icon name={playing.value ? "pause" : "play"} />
      </button>
      <div class="track">
        <input
          type="range"
          aria-label="epoch"
          aria-valuetext={words(at, last)}
          min={first}
          max={Math.max(last, first + 1)}
          step="any"
          value={at}
          disabled={steps.length < 2}
          onInput={(event) => {
            pause();
            goTo(event.currentTarget.valueAsNumber);
            // The thumb snaps to the epoch even where the epoch stays the same.
            event.currentTarget.value = String(step.value);
          }}
          onKeyDown={onKeyDown}
        />
        {viewId.value === "changes" && <MarkA first={first} last={last} />}
        <Ticks first={first} last={last} />
      </div>
      <output class="epoch" role="status" aria-live={playing.value ? "off" : "polite"}>
        {steps.length > 0 ? (
          <>
            epoch <b>{at}</b> of {last}
            <small>{at === 0 ? "before training" : "\u00a0"}</small>
          </>
        ) : (
          "no epochs"
        )}
      </output>
      <label class="speed" title="Epochs per second while playing">
        <span class="visually-hidden">epochs per second</span>
        <select value={speed.value} onChange={(event) => (speed.value = Number(event.currentTarget.value))}>
          {SPEEDS.map((rate) => (
            <option key={rate} value={rate}>
              {rate}/s
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

/** The epoch that the slider's is compared with. */
function MarkA({ first, last }: { first: number; last: number }) {
  if (stepA.value === null) return null;
  const share = Math.max(0, Math.min(1, (stepA.value - first) / Math.max(1, last - first)));
  return (
    <b class="ab a" title={`A: epoch ${stepA.value}`} style={{ left: `calc(${INSET}px + ${share} * (100% - ${2 * INSET}px))` }}>
      A
    </b>
  );
}

/** Where each run has data; failed epochs in red. Drawn anew when the data changes, not when the slider moves. */
function Ticks({ first, last }: { first: number; last: number }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const rows = ticks.value;
  const view = viewId.value;
  const failures = shownIndexes.value.map((index) => new Set(failedSteps(index, view, layer.value)));
  const failed = failures.map((steps) => [...steps].join()).join(";");
  const picture = useMemo(() => {
    const x = scaleLinear([first, Math.max(last, first + 1)], [INSET, Math.max(INSET, width - INSET)]);
    const tall = rows.length > 2 ? 4 : 6;
    return (
      <svg width={width} height={34} aria-hidden="true">
        {rows.map(({ run, steps }, row) => (
          <g key={run} fill={colours.value.get(run) ?? "currentColor"}>
            <title>{titles.value.get(run) ?? run}</title>
            {steps.map((at) => (
              <rect
                key={at}
                class={failures[row]?.has(at) ? "failed" : ""}
                x={x(at) - 0.75}
                y={row * (tall + 1)}
                width={1.5}
                height={tall}
              />
            ))}
          </g>
        ))}
        {x
          .ticks(Math.max(2, Math.floor(width / 60)))
          .filter(Number.isInteger)
          .map((at) => (
            <text key={at} x={x(at)} y={33} text-anchor="middle">
              {at}
            </text>
          ))}
      </svg>
    );
  }, [rows, first, last, width, failed, colours.value]);
  return (
    <div class="ticks" ref={ref}>
      {width > 0 && picture}
    </div>
  );
}
