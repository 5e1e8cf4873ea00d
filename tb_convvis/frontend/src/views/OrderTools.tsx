/** The controls that sort and filter the maps; those that are seldom used are folded away. */

import { Icon } from "../components/Icon";
import { Segmented } from "../components/Segmented";
import { Select } from "../components/Select";
import { LONGEST_NAME } from "../lib/mapFilter";
import { type OnlyMaps, type SortMode, findText, onlyClass, onlyMaps, orderRun, orderTime, sortMode } from "../settings";
import { titles } from "../state";
import { topSeries } from "./features";
import { mapOrder, orderBase, reorder } from "./mapOrder";
import type { PanelProps } from "./view";

const SORTS: readonly SortMode[] = ["number", "strength", "change", "dead first", "similarity"];
const KINDS: readonly OnlyMaps[] = ["all", "alive", "dead", "not finite", "pinned"];
const ANY = "any class";
const FINDS =
  "Numbers (12 or 3-9 or 1,5,7), a part of the class name of the strongest picture, or a regular expression over both; " +
  `with * + ? { or ( it searches the first ${LONGEST_NAME} characters of a name`;

export function OrderTools(props: PanelProps) {
  const { error } = mapOrder.value;
  return (
    <div class="order-tools">
      <Select label="Sort by" options={SORTS} value={sortMode.value} onChange={(value) => reorder(() => (sortMode.value = value as SortMode))} />
      <div class="find">
        <input
          type="search"
          aria-label="find maps by number or class"
          placeholder="3-9 or class name"
          title={FINDS}
          value={findText.value}
          aria-invalid={error !== null}
          onInput={(event) => reorder(() => (findText.value = event.currentTarget.value))}
        />
        {error && <span class="error" role="alert">{error}</span>}
      </div>
      <More {...props} />
    </div>
  );
}

function More({ indexes, layer }: PanelProps) {
  const { classes } = mapOrder.value;
  const able = indexes.filter((index) => topSeries(index, layer)).map(({ run }) => run);
  const names = able.map((run) => titles.value.get(run) ?? run);
  const by = orderBase(indexes, layer).index?.run ?? "";
  const chosen = [onlyMaps.value !== "all", onlyClass.value !== "", orderTime.value === "follow"].filter(Boolean).length;
  const leave = (event: FocusEvent & { currentTarget: HTMLDetailsElement }) => {
    if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) event.currentTarget.open = false;
  };
  const close = (event: KeyboardEvent & { currentTarget: HTMLDetailsElement }) => {
    if (event.key !== "Escape" || !event.currentTarget.open) return;
    event.preventDefault();
    event.currentTarget.open = false;
    event.currentTarget.querySelector("summary")?.focus();
  };
  return (
    <details class="more" onFocusOut={leave} onKeyDown={close}>
      <summary>
        More{chosen > 0 && <b> {chosen}</b>}
        <Icon name="fold" />
      </summary>
      {/* Takes the focus of a click between its controls, which would leave it and close it. */}
      <div class="menu" tabIndex={-1}>
        <Segmented label="Maps" value={onlyMaps.value} onChange={(value) => reorder(() => (onlyMaps.value = value))} choices={KINDS.map((value) => ({ value, text: value }))} />
        <Select
          label="Strongest picture is of"
          options={[...new Set([ANY, ...classes, ...(onlyClass.value ? [onlyClass.value] : [])])]}
          value={onlyClass.value || ANY}
          onChange={(value) => reorder(() => (onlyClass.value = value === ANY ? "" : value))}
        />
        <Segmented
          label="Order"
          value={orderTime.value}
          onChange={(value) => reorder(() => (orderTime.value = value))}
          choices={[
            { value: "hold", text: "holds", title: "Each map keeps its place while the slider moves" },
            { value: "follow", text: "follows the slider", title: "Sorted anew by each epoch at which the slider rests" },
          ]}
        />
        {able.length > 1 && (
          <Select
            label="By the values of"
            options={names}
            value={names[able.indexOf(by)] ?? ""}
            onChange={(name) => reorder(() => (orderRun.value = able[names.indexOf(name)] ?? ""))}
          />
        )}
      </div>
    </details>
  );
}
