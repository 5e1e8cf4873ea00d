/** View: what excites the maps of a layer most, and what in the pictures it is. */

import { Columns } from "../components/Columns";
import { Icon } from "../components/Icon";
import { Segmented } from "../components/Segmented";
import { Unlogged } from "../components/states";
import { mapPage, onlyMaps, openMap, showMode } from "../settings";
import { EnlargedMap } from "./EnlargedMap";
import { FEATURE_PARTS, FeatureColumn } from "./FeatureColumn";
import { loadFeatures } from "./featureLoads";
import { openingWants } from "./featureWants";
import { clearFilter, isFiltered, mapOrder, page, pages } from "./mapOrder";
import { OrderLine } from "./OrderLine";
import { OrderTools } from "./OrderTools";
import { type PanelProps, type View, layersOf } from "./view";

function Toolbar(props: PanelProps) {
  const [at, last] = [page.value, pages.value - 1];
  return (
    <>
      <Segmented
        label="Show"
        value={showMode.value}
        onChange={(value) => (showMode.value = value)}
        choices={[
          { value: "both", text: "both", title: "Projections, and beside them the patches they belong to" },
          { value: "projections", text: "projections", title: "What in the pictures excites the map" },
          { value: "patches", text: "patches", title: "The parts of the pictures that excite the map most" },
        ]}
      />
      <OrderTools {...props} />
      {last > 0 && (
        <div class="pages">
          <button type="button" class="plain" aria-label="previous maps" disabled={at === 0} onClick={() => (mapPage.value = at > 1 ? at - 1 : null)}>
            <Icon name="previous" />
          </button>
          <span>page {at + 1} of {last + 1}</span>
          <button type="button" class="plain" aria-label="next maps" disabled={at >= last} onClick={() => (mapPage.value = at + 1)}>
            <Icon name="next" />
          </button>
        </div>
      )}
    </>
  );
}

function Panel({ indexes, layer }: PanelProps) {
  const open = openMap.value;
  const { maps, drawn } = mapOrder.value;
  return (
    <>
      <OrderLine />
      {maps.length === 0 && drawn > 0 && isFiltered.value && onlyMaps.value !== "pinned" && (
        <p class="absent">
          No {mapOrder.value.pinned.length > 0 ? "other map" : "map"} passes the filter.{" "}
          <button type="button" class="link" onClick={clearFilter}>Show all maps</button>
        </p>
      )}
      <Columns indexes={indexes} parts={FEATURE_PARTS}>
        {(index) => <FeatureColumn index={index} layer={layer} runs={indexes.length} />}
      </Columns>
      {open !== null && <EnlargedMap indexes={indexes} layer={layer} map={open} />}
    </>
  );
}

function Nothing() {
  return <Unlogged what="features" view="features" words="This view shows the pictures that excite each map most" />;
}

export const features: View = {
  id: "features",
  title: "Features",
  help: {
    shows: [
      "For each map of a layer the nine pictures of a fixed probe set that excite it most, each at its strongest place. A patch is the part of the picture that this one unit can see.",
      "A projection is that single activation sent back through the network to the pixels: what in the patch excites the map. Mid-grey is no influence; every projection has a scale of its own.",
      "An enlarged map has its strongest projection at each epoch, curves of its strength and its change, and its filter where the layer’s kernel is logged.",
      "Order and filter go by one run at the epoch at which you chose them, so that a map keeps its place while the slider moves. Pinned maps stay in a row of their own.",
    ],
    read: [
      "Similar projections over varied patches: the map is invariant to what differs between the patches.",
      "If the patches share a background and the projections show the background, that is what the map sees, whatever class it seems to stand for.",
      "Sorted by similarity, maps whose mean projections point the same way stand together (cosine, average linkage): many alike are redundant.",
      "Lower layers settle within a few epochs, upper ones much later. Where upper layers still change at the end, longer training may pay.",
      "A jump, marked with a diamond, means that another picture became the strongest. The filter itself may have changed very little: the weights’ change since the previous log says how much.",
      "Dead maps, hatched, answer to no picture of the probe set. Many of them: lower the learning rate, or check the initialisation.",
      "A regular grid in the projections of a second layer comes from a large stride below it: try a smaller one.",
    ],
    cannot: [
      "A projection is not proof that the filter learnt what it shows: the deconvnet can look convincing with random upper weights. Log rule=\"gradient\" as well and compare; occlusion is the test.",
      "Nine pictures are the extreme of a map, not all it answers to. What moderately excites it may look different.",
      "Brightness does not compare between projections: each has its own scale. The strengths do, within a map.",
      "Map 7 of one run has no relation to map 7 of another, unless both began with the same weights.",
      "A network that diverged: its maps are crossed, “not finite”. A ReLU on a CPU can turn NaN into 0, though, and then its map looks dead: First layer counts the weights that are not finite.",
      "Only the pictures of the probe set, or those that a replay was given, were searched: a map that is dead here may answer to others.",
    ],
  },
  layers: (indexes) => layersOf(indexes, "top"),
  wants: openingWants,
  follows: () => undefined,
  load: loadFeatures,
  Toolbar,
  Panel,
  Nothing,
};
