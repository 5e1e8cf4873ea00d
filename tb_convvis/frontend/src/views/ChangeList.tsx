/** Maps that changed, a card each: their tiles at both epochs and how much they changed. */

import { useRef, useState } from "preact/hooks";
import { Icon } from "../components/Icon";
import { useWidth } from "../components/useWidth";
import { openMap, rankBy, rowsShown, viewId } from "../settings";
import type { Change } from "./changeRanking";
import { strengthWords, valueWords } from "./changeWords";
import { ChangeTiles } from "./ChangeTiles";
import type { ReadyPair } from "./comparison";
import type { Probe } from "./probe";

/** Least width of a card in CSS pixels, and the space between two. */
const CARD = 252;
const GAP = 8;
/** So many are listed at first. */
const FEW = 24;

export interface ChangeListProps {
  pair: ReadyPair;
  probes: readonly [a: Probe | null, b: Probe | null];
  changes: readonly Change[];
  /** Whether they stand in the order of what they are worth, which is then drawn. */
  ranked: boolean;
  runs: number;
  label: string;
}

/** Enlarges a map in the Features view, at the slider's epoch. */
export function showInFeatures(map: number): void {
  openMap.value = map;
  viewId.value = "features";
}

/** Does so with the map that has the focus, else with the one that is compared. */
export function showAimed(): void {
  const card = document.activeElement?.closest<HTMLElement>(".change[data-map]");
  const map = card ? Number(card.dataset["map"]) : openMap.value;
  if (map !== null) showInFeatures(map);
}

export function ChangeList({ pair, probes, changes, ranked, runs, label }: ChangeListProps) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const list = useRef<HTMLUListElement>(null);
  const [current, setCurrent] = useState(0);
  const columns = Math.max(1, Math.floor((width + GAP) / (CARD + GAP)));
  const listed = changes.slice(0, Math.max(FEW, rowsShown.value ?? 0));
  const roving = Math.min(current, listed.length - 1);
  const onKeyDown = (event: KeyboardEvent) => {
    const moves = new Map([
      ["ArrowLeft", -1], ["ArrowRight", 1], ["ArrowUp", -columns], ["ArrowDown", columns],
      ["Home", -roving], ["End", listed.length - 1 - roving],
    ]);
    const move = moves.get(event.key);
    if (move === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    list.current?.querySelectorAll<HTMLElement>(".change")[roving + move]?.focus();
  };
  return (
    <div class="changes" ref={ref}>
      <ul aria-label={label} ref={list} onKeyDown={onKeyDown} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
        {listed.map((change, at) => (
          <li key={change.map}>
            <button
              type="button"
              class="change"
              data-map={change.map}
              tabIndex={at === roving ? 0 : -1}
              aria-pressed={openMap.value === change.map}
              onFocus={() => setCurrent(at)}
              onClick={() => (openMap.value = openMap.value === change.map ? null : change.map)}
            >
              <span class="looks" aria-hidden="true">
                <ChangeTiles panel={pair.a} probe={probes[0]} place={change.places[0]} runs={runs} label="at A" />
                <ChangeTiles panel={pair.b} probe={probes[1]} place={change.places[1]} runs={runs} label="at B" />
              </span>
              <Numbers change={change} ranked={ranked} />
            </button>
            <button
              type="button"
              class="plain"
              tabIndex={-1}
              aria-label={`open map ${change.map} in Features`}
              title="Open in Features (o)"
              onClick={() => showInFeatures(change.map)}
            >
              <Icon name="next" />
            </button>
          </li>
        ))}
      </ul>
      {changes.length > listed.length && (
        <button type="button" class="link" onClick={() => (rowsShown.value = 2 * listed.length)}>
          Show more: {listed.length} of {changes.length} are listed
        </button>
      )}
    </div>
  );
}

function Numbers({ change, ranked }: { change: Change; ranked: boolean }) {
  const by = rankBy.value;
  const { map, value } = change;
  return (
    <span class="numbers-of">
      <span>
        <b>Map {map}</b>
        {ranked && <span class="visually-hidden">, {by} </span>}
        {ranked && <span class="worth">{valueWords(by, value)}</span>}
      </span>
      {ranked && <Bar value={value} />}
      <span class="visually-hidden">, strength </span>
      <small>{strengthWords(change)}</small>
    </span>
  );
}

/** How far up its scale a value is: all other pictures, the opposite projection, or eight times as strong or weak. */
function Bar({ value }: { value: number }) {
  const by = rankBy.value;
  const share = by === "turnover" ? value : by === "projections" ? value / 2 : Math.abs(Math.log2(value)) / 3;
  return (
    <i class="meter">
      <i style={{ width: `${100 * Math.max(0, Math.min(1, share || 0))}%` }} />
    </i>
  );
}
