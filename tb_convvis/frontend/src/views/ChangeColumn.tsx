/** One run's column: which maps died, which came back, and which changed most between A and B. */

import { ColumnHead } from "../components/Columns";
import { Loading, Note } from "../components/states";
import { isLossless } from "../data/bitmaps";
import type { RunIndex } from "../data/index";
import { epochA, rankBy } from "../settings";
import { store, titles } from "../state";
import { ChangeList } from "./ChangeList";
import type { ChangeKind } from "./changeRanking";
import { countWords, rankWords } from "./changeWords";
import { type ReadyPair, epochOf, pairOf } from "./comparison";
import { OVERVIEW } from "./features";
import { probeAt } from "./probe";
import { layerChanges } from "./layerChanges";
import { stillToCompare } from "./projectionChanges";
import { Unready } from "./Unready";
import { useSteady } from "./useSteady";

/** Header, counts, what died, revived or is not finite, ranking, what is not ranked. */
export const CHANGE_PARTS = 5;

interface ChangeColumnProps {
  index: RunIndex;
  layer: string;
  runs: number;
}

export function ChangeColumn(props: ChangeColumnProps) {
  const { index, layer } = props;
  const pair = useSteady(pairOf(index, layer), `${index.run} ${layer}`);
  if (pair.state === "ready") return <ReadyColumn {...props} pair={pair} />;
  return <Unready run={index.run} panel={pair} height={420} loading="loading both epochs" />;
}

function ReadyColumn({ index, layer, runs, pair }: ChangeColumnProps & { pair: ReadyPair }) {
  const changes = layerChanges(index, layer, pair);
  const by = rankBy.value;
  const title = titles.value.get(index.run) ?? index.run;
  const [a, b] = [epochOf(pair.a), epochOf(pair.b)];
  const left = by === "projections" && pair.b.facts.tiles ? stillToCompare(pair) : 0;
  const overviews = [pair.a, pair.b].flatMap(({ series, at }) => store.blob(series, at, OVERVIEW)?.value ?? []);
  const list = { pair, probes: [probeAt(index, a, "pictures"), probeAt(index, b, "pictures")] as const, runs };
  const of = (kind: ChangeKind, heading: string, meaning: string) =>
    changes.of[kind].length > 0 && (
      <>
        <h3>{heading} ({changes.of[kind].length}) <span class="quiet">{meaning}</span></h3>
        <ChangeList {...list} changes={changes.of[kind]} ranked={false} label={`${heading.toLowerCase()} maps, ${title}`} />
      </>
    );
  return (
    <>
      <ColumnHead run={index.run} shown={b} failure={pair.failure} series={pair.b.series}>
        {by === "projections" && pair.b.facts.refused !== null && <Note><strong>No projections:</strong> {pair.b.facts.refused}</Note>}
      </ColumnHead>
      <div class="words">
        <p class="compared">
          <Mark side="a" /> <AskedA shown={a} /> <span class="quiet">→</span> <Mark side="b" /> epoch {b}
        </p>
        <p class="readout" role="status">{countWords(changes)}.</p>
      </div>
      <section class="ranking">
        {of("newly dead", "Newly dead", "excited by some picture at A, by none at B")}
        {of("revived", "Revived", "dead at A, not at B")}
        {of("not finite", "Not finite", "no activation is a finite number, at A or at B")}
      </section>
      <section class="ranking">
        <h3>Most changed</h3>
        <p class="quiet">{rankWords(by, changes, !overviews.every(isLossless))}</p>
        {left > 0 ? (
          <Loading height={200} label={`comparing ${left} maps`} />
        ) : (
          <ChangeList {...list} changes={changes.of.alive} ranked label={`maps by their change, ${title}`} />
        )}
      </section>
      <section class="ranking">
        {of("not drawn", "Not ranked", "alive as far as that is known, but not drawn at both")}
        {of("dead at both", "Dead at both", "no picture excites them at A or at B")}
      </section>
    </>
  );
}

function AskedA({ shown }: { shown: number }) {
  const asked = epochA.value;
  const other = typeof asked === "number" && asked !== shown;
  return <span class={other ? "shown other" : ""}>{other ? `showing ${shown}, asked ${asked}` : `epoch ${shown}`}</span>;
}

/** The sign of an epoch, in the colour it has everywhere. */
export function Mark({ side }: { side: "a" | "b" }) {
  return <b class={`ab ${side}`}>{side.toUpperCase()}</b>;
}
