/** The controls that choose A, and by what the maps are ranked. */

import { Segmented } from "../components/Segmented";
import { Select } from "../components/Select";
import { epochA, rankBy } from "../settings";
import { epochsOfLayer, setAHere, stepA, swap, epochB } from "./comparison";

export function ChangeTools() {
  const chosen = epochA.value;
  const a = stepA.value;
  const fixed = typeof chosen === "number";
  const options = [...new Set([...epochsOfLayer.value, ...(fixed ? [chosen] : [])])].sort((x, y) => x - y);
  return (
    <>
      <div class="choose-a">
        <Segmented
          label="Compare with A:"
          value={fixed ? "fixed" : chosen}
          onChange={(value) => (epochA.value = value === "fixed" ? (a ?? epochB.peek()) : value)}
          choices={[
            { value: "previous", text: "log before", title: "The log of the layer before the slider’s epoch: A moves along" },
            { value: "first", text: "first log", title: "The first log of the layer" },
            { value: "fixed", text: "epoch", title: "One epoch, wherever the slider stands" },
          ]}
        />
        {fixed && <Select label="" options={options.map(String)} value={String(chosen)} onChange={(value) => (epochA.value = Number(value))} />}
        <button type="button" class="press" title="A becomes the slider’s epoch (a)" disabled={chosen === epochB.value} onClick={setAHere}>
          Set A to {epochB.value}
        </button>
        <button type="button" class="press" title="Exchange A and B (x)" disabled={a === null} onClick={swap}>
          Swap A and B
        </button>
      </div>
      <Segmented
        label="Rank by"
        value={rankBy.value}
        onChange={(value) => (rankBy.value = value)}
        choices={[
          { value: "turnover", text: "pictures", title: "Share of the strongest pictures that are others at A" },
          { value: "projections", text: "projections", title: "1 − cosine of the strongest projections, from the drawn pictures" },
          { value: "strength", text: "strength", title: "Ratio of the strongest activations, of all maps" },
        ]}
      />
    </>
  );
}
