/** The one slider: it moves every panel of every chosen run. Under it, a line of ticks for each run; beside it, its axis. */

import { useEffect, useState } from "preact/hooks";
import { failedSteps } from "../data/status";
import { scaleLinear } from "../lib/scale";
import { AXES as AXIS_NAMES, type Axis, axisEnd, axisTicks, placeWords, positionWords } from "../lib/axis";
import { pause, playing, SPEEDS, speed, speedWords, togglePlay } from "../playback";
import { layer } from "../layers";
import { chooseAxis, colours, goTo, moveBy, position, positions, shownIndexes, ticks, titles } from "../state";
import { syncAxis, viewId } from "../settings";
import { placeA, stepA } from "../views/comparison";
import { Icon } from "./Icon";
import { Kept } from "./Kept";
import { useWidth } from "./useWidth";

/** Half the slider's thumb: the track's ends lie so far inside the control. */
const INSET = 8;
/** Milliseconds after which the slider counts as resting, for whoever is told where it stands. */
const RESTED = 500;

const AXES: Record<Axis, { text: string; label: string; title: string }> = {
  epoch: { text: "epochs", label: "epoch", title: "Every run at the same epoch" },
  time: { text: "time", label: "training time", title: "Every run after the same time since its start" },
  fraction: { text: "fraction", label: "fraction of the training", title: "Every run after the same fraction of its training: its last logged epoch is 100 %" },
};

/** What the slider counts in all. */
function wholeWords(axis: Axis, last: number): string {
  return axis === "fraction" ? "of each training" : `of ${placeWords(axis, last)}`;
}

function words(axis: Axis, at: number, last: number): string {
  return `${positionWords(axis, at)} ${wholeWords(axis, last)}${axis === "epoch" && at === 0 ? ", before training" : ""}`;
}

export function Timeline() {
  const all = positions.value;
  const axis = syncAxis.value;
  const first = all[0] ?? 0;
  const last = all[all.length - 1] ?? 0;
  const at = position.value;

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
        disabled={all.length < 2}
        onClick={togglePlay}
      >
        <Icon name={playing.value ? "pause" : "play"} />
      </button>
      <div class="track">
        <input
          type="range"
          aria-label={AXES[axis].label}
          aria-valuetext={words(axis, at, last)}
          min={first}
          max={axisEnd(axis, first, last)}
          step="any"
          value={at}
          disabled={all.length < 2}
          onInput={(event) => {
            pause();
            goTo(event.currentTarget.valueAsNumber);
            // The thumb snaps to the log even where the log stays the same.
            event.currentTarget.value = String(position.value);
          }}
          onKeyDown={onKeyDown}
        />
        {viewId.value === "changes" && <MarkA first={first} last={last} />}
        <Ticks first={first} last={last} />
      </div>
      <Spoken words={all.length === 0 ? "" : words(axis, at, last)} />
      <div class="epoch">
        {all.length === 0 ? (
          axis === "time" ? "no times logged" : "no epochs"
        ) : axis === "epoch" ? (
          <>
            epoch <b>{at}</b> of {last}
            <small>{at === 0 ? "before training" : "\u00a0"}</small>
          </>
        ) : (
          <>
            <b>{placeWords(axis, at)}</b>
            <small>{wholeWords(axis, last)}</small>
          </>
        )}
      </div>
      <div class="pace">
        <label title={AXES[axis].title}>
          <span class="visually-hidden">keep runs in step by</span>
          <select
            value={axis}
            onChange={(event) => {
              const chosen = AXIS_NAMES.find((one) => one === event.currentTarget.value);
              pause();
              if (chosen) chooseAxis(chosen);
            }}
          >
            {AXIS_NAMES.map((one) => (
              <option key={one} value={one} title={AXES[one].title}>
                by {AXES[one].text}
              </option>
            ))}
          </select>
        </label>
        <label title="How fast playing goes">
          <span class="visually-hidden">speed</span>
          <select value={speed.value} onChange={(event) => (speed.value = Number(event.currentTarget.value))}>
            {SPEEDS.map((rate) => (
              <option key={rate} value={rate}>
                {speedWords(rate)}
              </option>
            ))}
          </select>
        </label>
      </div>
    </div>
  );
}

/** Tells a screen reader where the slider stands once it has rested there: at each step nobody could follow. */
function Spoken({ words }: { words: string }) {
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (playing.value) return undefined;
    const timer = setTimeout(() => setSaid(words), RESTED);
    return () => clearTimeout(timer);
  }, [words, playing.value]);
  return (
    <p class="visually-hidden" role="status">
      {said}
    </p>
  );
}

/** The epoch that the slider's is compared with. */
function MarkA({ first, last }: { first: number; last: number }) {
  if (placeA.value === null) return null;
  const end = axisEnd(syncAxis.value, first, last);
  const share = Math.max(0, Math.min(1, (placeA.value - first) / (end - first)));
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
  const axis = syncAxis.value;
  const view = viewId.value;
  const failures = shownIndexes.value.map((index) => new Set(failedSteps(index, view, layer.value)));
  const failed = failures.map((steps) => [...steps].join()).join(";");
  const draw = () => {
    const end = axisEnd(axis, first, last);
    const x = scaleLinear([first, end], [INSET, Math.max(INSET, width - INSET)]);
    const tall = rows.length > 2 ? 4 : 6;
    return (
      <svg width={width} height={34} aria-hidden="true">
        {rows.map(({ run, steps, places }, row) => (
          <g key={run} fill={colours.value.get(run) ?? "currentColor"}>
            <title>{titles.value.get(run) ?? run}</title>
            {places?.map((place, at) => (
              <rect
                key={at}
                class={failures[row]?.has(steps[at] ?? 0) ? "failed" : ""}
                x={x(place) - 0.75}
                y={row * (tall + 1)}
                width={1.5}
                height={tall}
              />
            ))}
          </g>
        ))}
        {axisTicks(axis, first, end, width).map((at) => (
          <text key={at} x={x(at)} y={33} text-anchor="middle">
            {placeWords(axis, at)}
          </text>
        ))}
      </svg>
    );
  };
  return (
    <div class="ticks" ref={ref}>
      {width > 0 && <Kept by={[rows, axis, first, last, width, failed, colours.value, titles.value]}>{draw}</Kept>}
    </div>
  );
}
