/** Says how many maps are shown, in which order, and by whose values. */

import { plural } from "../lib/words";
import { orderTime, sortMode } from "../settings";
import { stepOf, titles } from "../state";
import { clearFilter, isFiltered, mapOrder, reorder, usesValues } from "./mapOrder";

const ORDERS = {
  number: "by number",
  strength: "strongest first",
  change: "most changed projection since the previous log first",
  "dead first": "dead first, then the most silent",
  similarity: "like mean projections together",
};

export function OrderLine() {
  const { pinned, maps, drawn, by, lacking, unknown, undecided } = mapOrder.value;
  const run = by && (titles.value.get(by.run) ?? by.run);
  const of = usesValues.value && by ? `, by epoch ${by.step} of ${run}` : "";
  const rest = lacking ? "; what sorts them is not here, so by number" : unknown > 0 ? `; ${unknown} of unknown value last` : "";
  const unfiltered =
    undecided === 0 ? ""
    : undecided === maps.length ? "; what filters them is not here"
    : `; of ${plural(undecided, "map")} it is not known whether ${undecided === 1 ? "it passes" : "they pass"} the filter`;
  const stale = usesValues.value && by && orderTime.value === "hold" && by.step !== stepOf(by.run);
  return (
    <p class="order-line">
      {/* Without the buttons: one of them says where the slider is. */}
      <span role="status">
        <b>{maps.length + pinned.length} of {plural(drawn, "map")} shown</b>
        {pinned.length > 0 && `, ${pinned.length} pinned`}; {ORDERS[sortMode.value]}{of}
        {orderTime.value === "follow" && of && ", following the slider"}
        {rest}{unfiltered}.
      </span>
      {stale && (
        <button type="button" class="link" onClick={() => reorder(() => undefined)}>
          Use epoch {stepOf(by.run)}
        </button>
      )}
      {isFiltered.value && (
        <button type="button" class="link" onClick={clearFilter}>
          Clear the filter
        </button>
      )}
    </p>
  );
}
