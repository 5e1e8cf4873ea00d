/** View: what the network looks at, by covering one part of a picture after the other. */

import { useMemo } from "preact/hooks";
import { Columns } from "../components/Columns";
import { Segmented } from "../components/Segmented";
import { Loading } from "../components/states";
import { heatMode, opacity, plotMode } from "../settings";
import { store } from "../state";
import { commonOf, currentPicture, occludedPictures, panelOf } from "./occlusion";
import { OCCLUSION_PARTS, OcclusionColumn } from "./OcclusionColumn";
import { loadOcclusion } from "./occlusionLoads";
import { OcclusionStrip } from "./OcclusionStrip";
import { PictureChoice } from "./PictureChoice";
import { useSteady } from "./useSteady";
import type { PanelProps, ViewBody } from "./view";

function Toolbar() {
  return (
    <>
      <Segmented
        label="Panel d"
        value={heatMode.value}
        onChange={(value) => (heatMode.value = value)}
        choices={[
          { value: "probability", text: "probability", title: "Of the class, with the occluder there: low is blue" },
          { value: "drop", text: "drop", title: "Probability without the occluder, minus that with it" },
        ]}
      />
      <Segmented
        label="Plotted"
        value={plotMode.value}
        onChange={(value) => (plotMode.value = value)}
        choices={[
          { value: "centre", text: "at the centre", title: "Each value where the centre of the occluder is" },
          { value: "average", text: "averaged", title: "Each pixel: the mean over the positions that cover it" },
        ]}
      />
      <label class="select">
        <span>Opacity</span>
        <input
          type="range"
          min={0}
          max={100}
          value={opacity.value}
          aria-valuetext={`${opacity.value} per cent`}
          onInput={(event) => (opacity.value = event.currentTarget.valueAsNumber)}
        />
      </label>
    </>
  );
}

function Panel({ indexes, layer }: PanelProps) {
  const loading = indexes.some((index) => panelOf(index, layer).state === "loading");
  const { pictures } = useSteady({ state: loading ? "loading" : "ready", pictures: occludedPictures(indexes, layer) }, layer);
  const image = currentPicture(pictures);
  const arrived = store.arrivals.value;
  const common = useMemo(() => commonOf(indexes, layer, image), [indexes, layer, image, arrived, heatMode.value]);
  const picture = pictures.find((one) => one.image === image) ?? { image, probe: null };
  if (pictures.length === 0 && loading) return <Loading height={420} />;
  return (
    <>
      {pictures.length > 0 && <PictureChoice pictures={pictures} current={image} runs={indexes.length} />}
      <Columns indexes={indexes} parts={OCCLUSION_PARTS}>
        {(index) => <OcclusionColumn index={index} layer={layer} runs={indexes.length} picture={picture} common={common} />}
      </Columns>
      {pictures.length > 0 && <OcclusionStrip indexes={indexes} layer={layer} image={image} common={common} />}
    </>
  );
}

export const body: ViewBody = {
  help: {
    shows: [
      "A plain patch, the occluder, covers one part of a picture after the other, and the network is asked each time. Panel a is the picture; point at any panel to move the occluder.",
      "b: total activation of the map that answers most to the whole picture, as a share of that without the occluder; blue is low, 100 % is marked on its scale. c: that map’s projection into this picture, framed, and into its strongest others, each with the patch it belongs to. d: probability of the class. e: the most probable class.",
      "The value of a position is drawn at the centre of the occluder; the margin, where no centre lies, stays clear. Averaged, each pixel has the mean over all positions that cover it.",
    ],
    read: [
      "Blue in d where the object is: without it the class is lost, so the network looks at the object.",
      "Blue in d beside the object: the network relies on the background.",
      "Where b and d are low at the same place, the map and the class depend on the same part of the picture.",
      "c says what that part is. If the other patches show the same kind of thing, the map answers to that.",
      "e shows what the network takes the picture for when a part is covered.",
      "Nothing changes anywhere: the occluder may be too small, or many parts may tell the class.",
    ],
    cannot: [
      "Size and colour of the occluder matter: another size or colour can give another map. Try both before you rely on one.",
      "A picture with a patch on it is unlike those the network was trained on. It may answer to the patch, not to what is missing.",
      "Parts that are correlated hide each other: cover one of two wheels, and the other still tells that it is a car.",
      "A high probability does not mean that a part is unimportant, only that it is not needed while all the rest is seen.",
      "The strongest map can be another one at another epoch, and map 7 of one run has no relation to map 7 of another.",
      "These are single pictures. They prove nothing about the others.",
    ],
  },
  load: loadOcclusion,
  Toolbar,
  Panel,
};
