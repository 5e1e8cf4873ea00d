/** View: how the values of a weight spread, epoch by epoch. */

import { useMemo } from "preact/hooks";
import { Columns } from "../components/Columns";
import { Segmented } from "../components/Segmented";
import { Select } from "../components/Select";
import { Unlogged } from "../components/states";
import { statusWants } from "../data/status";
import { chartMode, weightName } from "../settings";
import { WEIGHT_PARTS, WeightColumn } from "./WeightColumn";
import { arrivals, currentWeight, followWeight, loadHistograms, sharedExtent, sharedPeak, weightLayers, weightsOf } from "./histogramData";
import type { PanelProps, View } from "./view";

function Toolbar(props: PanelProps) {
  return (
    <>
      <Select
        label="Weight"
        options={weightsOf(props.indexes, props.layer)}
        value={currentWeight(props)}
        onChange={(value) => (weightName.value = value)}
      />
      <Segmented
        label="Chart"
        value={chartMode.value}
        onChange={(value) => (chartMode.value = value)}
        choices={[
          { value: "ridgeline", text: "ridgeline", title: "One histogram behind the other" },
          { value: "heat", text: "heat", title: "Epochs to the right, values upwards" },
        ]}
      />
    </>
  );
}

function Panel(props: PanelProps) {
  const weight = currentWeight(props);
  const { extent, peak } = useMemo(() => {
    const shared = sharedExtent(props);
    return { extent: shared, peak: shared ? sharedPeak(props, shared) : 0 };
  }, [props.indexes, props.layer, weight, arrivals.value]);
  return (
    <Columns indexes={props.indexes} parts={WEIGHT_PARTS}>
      {(index) => <WeightColumn index={index} layer={props.layer} weight={weight} extent={extent} peak={peak} />}
    </Columns>
  );
}

function Nothing() {
  return <Unlogged what="histograms of weights" view="weights" words="WeightHistograms logs them, and so do ConvVis and Keras’s own TensorBoard callback with histogram_freq=1" pictures={false} />;
}

export const weights: View = {
  id: "weights",
  title: "Weights",
  help: {
    shows: [
      "How the values of one weight of one layer are spread, at every logged epoch. Ridgeline: one histogram per epoch, the oldest at the back. Heat: epochs to the right, values upwards, colour for the share of the weights.",
      "All runs share the axes, so that they can be compared. NaN and infinite values are counted apart.",
    ],
    read: [
      "A bell that slowly widens or shifts: the layer is learning.",
      "Mass piling up at zero: units are dying, or weight decay is strong.",
      "Tails that keep growing: the learning rate is too high.",
      "Nothing moves at all: the layer is frozen, or gradients do not reach it.",
    ],
    cannot: [
      "Which weights moved: two quite different kernels can have the same histogram.",
      "Detail finer than the logged bins; their edges differ from epoch to epoch and are put onto common ones here.",
    ],
  },
  layers: weightLayers,
  wants: (indexes) => statusWants(indexes, "weights"),
  follows: followWeight,
  load: loadHistograms,
  Toolbar,
  Panel,
  Nothing,
};
