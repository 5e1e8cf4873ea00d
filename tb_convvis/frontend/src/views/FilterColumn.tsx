/** One run's column in the First layer view: its filters at the epoch, their scale, and what is wrong with them. */

import { useMemo, useState } from "preact/hooks";
import { ColumnHead } from "../components/Columns";
import { FilterGrid } from "../components/FilterGrid";
import { Note } from "../components/states";
import type { RunIndex } from "../data/index";
import { type Diagnosis, diagnose } from "../lib/diagnose";
import { tilesOf } from "../lib/kernel";
import { enumerate, number, plural } from "../lib/words";
import { openFilter, scaleMode } from "../settings";
import { titles } from "../state";
import { type FilterReady, type Scale, panelOf, scaleOf } from "./filters";
import { Notes } from "./Notes";
import { Unready } from "./Unready";

/** Header, scale, picture, words. */
export const GRID_PARTS = 4;

export function FilterColumn({ index, layer }: { index: RunIndex; layer: string }) {
  const panel = panelOf(index, layer);
  if (panel.state === "ready") return <ReadyColumn index={index} layer={layer} panel={panel} />;
  return <Unready run={index.run} panel={panel} height={300} loading="loading filters" />;
}

function ReadyColumn({ index, layer, panel }: { index: RunIndex; layer: string; panel: FilterReady }) {
  const { series, at, facts, kernel, display } = panel;
  const scale = scaleOf(panel);
  const diagnosis = useMemo(() => diagnose(facts.rms), [facts]);
  const flags = useMemo(() => flagsOf(diagnosis), [diagnosis]);
  const [hovered, setHovered] = useState<number | null>(null);
  const tiles = useMemo(
    () => tilesOf(kernel, display, scale.maxima),
    [kernel, display.colour, String(display.order), String(display.divisor), scale.maxima],
  );
  return (
    <>
      <ColumnHead run={index.run} shown={series.steps[at] ?? null} failure={panel.failure} series={series} />
      <Legend scale={scale} panel={panel} />
      <FilterGrid
        tiles={tiles}
        label={`${kernel.filters} filters of ${layer}, ${titles.value.get(index.run) ?? index.run}`}
        flags={flags}
        open={openFilter.value}
        onOpen={(filter) => (openFilter.value = openFilter.value === filter ? null : filter)}
        onHover={setHovered}
      />
      <div class="words">
        <p class="readout">{hovered === null ? shapeWords(panel) : filterWords(panel, diagnosis, hovered)}</p>
        <Diagnoses diagnosis={diagnosis} facts={facts} />
        <Notes index={index} view="filters" step={series.steps[at] ?? 0} />
      </div>
    </>
  );
}

function flagsOf({ dead, dominating }: Diagnosis): Map<number, string> {
  return new Map([
    ...dead.map((filter) => [filter, "dead"] as const),
    ...dominating.map((filter) => [filter, "dominating"] as const),
  ]);
}

function shapeWords({ kernel, display }: FilterReady): string {
  const size = `${kernel.height}\u2009×\u2009${kernel.width}`;
  const channels = plural(kernel.channels, "input channel");
  const apart = display.colour || kernel.channels === 1 ? "" : ", one tile each";
  return `${plural(kernel.filters, "filter")} of ${size}, ${channels}${apart}`;
}

function filterWords({ facts }: FilterReady, { median }: Diagnosis, filter: number): string {
  const rms = facts.rms[filter] ?? Number.NaN;
  const times = median > 0 && Number.isFinite(rms) ? `, ${number(rms / median)} × median` : "";
  return `filter ${filter}: RMS ${number(rms)}${times}, norm ${number(facts.norm[filter] ?? Number.NaN)}`;
}

/** What white stands for. */
export function scaleWords(panel: FilterReady): string {
  const scale = scaleOf(panel);
  const over = scale.complete ? `its ${plural(scale.epochs, "epoch")}` : `the ${plural(scale.epochs, "epoch")} read so far`;
  const largest = Math.max(...scale.maxima);
  const picture = panel.display.divisor ? ", as they act on the picture" : "";
  return scaleMode.value === "layer"
    ? `M = ${number(largest)}: the layer's largest |weight| over ${over}${picture}`
    : `M = each filter's own largest |weight| over ${over}: ${number(Math.min(...scale.maxima))} to ${number(largest)}${picture}`;
}

/** The scale in words, and as a bar from black to white. */
function Legend({ scale, panel }: { scale: Scale; panel: FilterReady }) {
  const largest = Math.max(...scale.maxima);
  const perLayer = scaleMode.value === "layer";
  return (
    <div class="legend">
      <div class="bar" aria-hidden="true">
        <span>{perLayer ? number(-largest) : "−M"}</span>
        <i />
        <span>{perLayer ? number(largest) : "+M"}</span>
      </div>
      <p>Grey is 0. {scaleWords(panel)}.</p>
    </div>
  );
}

function Diagnoses({ diagnosis, facts }: { diagnosis: Diagnosis; facts: FilterReady["facts"] }) {
  const { dead, dominating } = diagnosis;
  return (
    <>
      {dominating.length > 0 && (
        <Note>
          <strong>{plural(dominating.length, "filter dominates", "filters dominate")}</strong>: {enumerate(dominating)}.
          The largest RMS is {number(diagnosis.dominance)} times the median; more than 5 is too much.
        </Note>
      )}
      {dead.length > 0 && (
        <Note>
          <strong>{plural(dead.length, "filter is dead", "filters are dead")}</strong>: {enumerate(dead)}. RMS below a
          thousandth of the median.
        </Note>
      )}
      {facts.nonfinite > 0 && (
        <Note>
          <strong>{plural(facts.nonfinite, "weight")} not finite</strong> (NaN or infinite), drawn in magenta.
        </Note>
      )}
      {dead.length + dominating.length + facts.nonfinite === 0 && <p class="quiet">No filter is dead, none dominates.</p>}
    </>
  );
}
