/** View: what changed between two epochs, map by map. */

import { Columns } from "../components/Columns";
import { openMap } from "../settings";
import { CHANGE_PARTS, ChangeColumn } from "./ChangeColumn";
import { loadChanges } from "./changeLoads";
import { ChangeTools } from "./ChangeTools";
import { MapPair } from "./MapPair";
import type { PanelProps, ViewBody } from "./view";

function Panel({ indexes, layer }: PanelProps) {
  const open = openMap.value;
  return (
    <>
      <Columns indexes={indexes} parts={CHANGE_PARTS}>
        {(index) => <ChangeColumn index={index} layer={layer} runs={indexes.length} />}
      </Columns>
      {open !== null && <MapPair indexes={indexes} layer={layer} map={open} />}
    </>
  );
}

export const body: ViewBody = {
  help: {
    shows: [
      "Which maps of a layer changed between two epochs: B is the slider’s, A is marked on the slider and chosen beside the layer. Where a run lacks one of them the log before it is shown, and said.",
      "Newly dead maps, which some picture of the probe set excited at A and none does at B; revived ones, the other way round; then all maps that are alive at both, the most changed first; last those that are not ranked, and those that are dead at both. Dead maps are hatched, and crossed are those none of whose activations is a finite number.",
      "Pictures: the share of a map’s strongest pictures at B that were not among them at A. Projections: 1 − cosine of the two pictures of the strongest projection, about mid-grey. Strength: how many times as strong the strongest activation became, of all maps.",
      "A chosen map at A and at B: side by side, with a border to wipe, by turns, or the difference of the projections’ pixels.",
    ],
    read: [
      "Many other pictures, but projections of the same kind: the map answers to the same thing and found better examples of it.",
      "The same pictures with other projections: what the map sees in them has changed.",
      "Low layers should change little late in the training. Where high ones still turn over most of their pictures at the end, longer training may pay.",
      "Many newly dead maps between two neighbouring logs: the learning rate is likely too high there.",
      "In the difference, blue is none and yellow this map’s greatest. A tile marked as came shows two different pictures: there it says little.",
    ],
    cannot: [
      "Whether a change matters for the answer: a map may change that the network does not use.",
      "Projections are compared as they are drawn, each on a scale of its own, and as JPEG where tiles are large: small numbers can be compression. A stronger, but otherwise equal, projection counts as unchanged.",
      "Where the strongest picture became another one, the projections of two pictures are compared.",
      "Pictures just beyond the strongest nine are not known: one that fell from rank nine to ten counts as gone.",
      "Only drawn maps have pictures: of the others no more than their strength is logged.",
    ],
  },
  load: loadChanges,
  Toolbar: ChangeTools,
  Panel,
};
