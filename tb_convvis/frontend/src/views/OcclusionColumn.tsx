/** One run's column in the Occlusion view. */

import { ColumnHead } from "../components/Columns";
import { Absent, Note } from "../components/states";
import { type RunIndex } from "../data/index";
import { ruleWords } from "./featureWords";
import { type Common, type Occluded, type OcclusionReady, panelOf, probeOf } from "./occlusion";
import { Notes } from "./Notes";
import { OcclusionFigures } from "./OcclusionFigures";
import { countWords, geometryWords } from "./occlusionWords";
import { probeAt } from "./probe";
import { pictureName } from "./probePictures";
import { Unready } from "./Unready";
import { useSteady } from "./useSteady";

/** Header, panels, words. */
export const OCCLUSION_PARTS = 3;

interface OcclusionColumnProps {
  index: RunIndex;
  layer: string;
  runs: number;
  /** The picture that is looked at, as the strip shows it. */
  picture: Occluded;
  common: Common;
}

export function OcclusionColumn(props: OcclusionColumnProps) {
  const { index, layer } = props;
  const panel = useSteady(panelOf(index, layer), `${index.run} ${layer}`);
  if (panel.state === "ready") return <ReadyColumn {...props} panel={panel} />;
  return <Unready run={index.run} panel={panel} height={420} loading="loading occlusion maps" />;
}

function ReadyColumn({ index, runs, picture, common, panel }: OcclusionColumnProps & { panel: OcclusionReady }) {
  const { series, at, record, failure } = panel;
  const { facts } = record;
  const { image } = picture;
  const shown = series.steps[at] ?? 0;
  const probe = probeOf(index, shown, record);
  const place = facts.images.indexOf(image);
  const said = facts.refused !== null && failure?.includes(facts.refused);
  const other = place >= 0 && probe && picture.probe && pictureName(probe, image) !== pictureName(picture.probe, image);
  return (
    <>
      <ColumnHead run={index.run} shown={shown} failure={said ? null : failure} series={series}>
        {!probe && (
          <Note>
            {probeAt(index, shown, "occlusion") ? "The probe pictures are not of the size that was occluded" : "The probe pictures are not here"}: the
            maps are drawn without them.
          </Note>
        )}
        {other && <Note>Picture {image} of this run is another one, or of another size, than that of the strip.</Note>}
      </ColumnHead>
      {place < 0 ? (
        <Absent words={`This run did not occlude picture ${image}.`} />
      ) : (
        <OcclusionFigures panel={panel} place={place} probe={probe} common={common} runs={runs} />
      )}
      <div class="words">
        <p>{geometryWords(facts)}.</p>
        <p class="quiet">
          {countWords(facts, probe)}. Probabilities: {facts.scores}; classes: {facts.classes}. Computed {facts.way === "plain" ? "plainly" : "incrementally"}:{" "}
          {facts.reason}.{facts.tiles && ` Projections: ${ruleWords(facts)}; ${facts.display}.`}
        </p>
        <Notes index={index} view="occlusion" step={shown} />
      </div>
    </>
  );
}
