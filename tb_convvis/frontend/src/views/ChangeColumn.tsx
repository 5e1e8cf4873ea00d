/** One run's column: which maps died, which came back, and which changed most between A and B. */

import { ColumnHead } from "../components/Columns";
import { Loading, Note } from "../components/states";
import { isLossless } from "../data/bitmaps";
import type { RunIndex } from "../data/index";
import { epochA, rankBy } from "../settings";
import { store, titles } from "../state";
import { ChangeList } from "./ChangeList";
import { countWords, rankWords } from "./changeWords";
import { type ReadyPair, epochOf, pairOf } from "./comparison";
import { OVERVIEW } from "./features";
import { probeAt } from "./probe";
import { layerChanges } from "./layerChanges";
import { stillToCompare } from "./projectionChanges";
import { Unready } from "./Unready";
import { useSteady } from "./useSteady";

/** Header, counts, newly dead and revived, ranking. */
export const CHANGE_PARTS = 4;

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
  const { died, revived, ranking } = changes;
  const by = rankBy.value;
  const title = titles.value.get(index.run) ?? index.run;
  const [a, b] = [epochOf(pair.a), epochOf(pair.b)];
  const left = by === "projections" && pair.b.facts.tiles ? stillToCompare(pair) : 0;
  const overviews = [pair.a, pair.b].flatMap(({ series, at }) => store.blob(series, at, OVERVIEW)?.value ?? []);
  const list = { pair, probes: [probeAt(index, a, "pictures"), probeAt(index, b, "pictures")] as const, runs };
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
        {died.length > 0 && (
          <>
            <h3>Newly dead ({died.length}) <span class="quiet">excited by some picture at A, by none at B</span></h3>
            <ChangeList {...list} changes={died} ranked={false} label={`newly dead maps, ${title}`} />
          </>
        )}
        {revived.length > 0 && (
          <>
            <h3>Revived ({revived.length}) <span class="quiet">dead at A, not at B</span></h3>
            <ChangeList {...list} changes={revived} ranked={false} label={`revived maps, ${title}`} />
          </>
        )}
      </section>
      <section class="ranking">
        <h3>Most changed</h3>
        <p class="quiet">{rankWords(by, changes, !overviews.every(isLossless))}</p>
        {left > 0 ? (
          <Loading height={200} label={`comparing ${left} maps`} />
        ) : (
          <ChangeList {...list} changes={ranking} ranked label={`maps by their change, ${title}`} />
        )}
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
