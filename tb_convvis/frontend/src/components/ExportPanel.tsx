/** What the view that is looked at has to export, and the choice of the run. */

import { useState } from "preact/hooks";
import { layer } from "../layers";
import { shownIndexes, titles } from "../state";
import { EXPORTS } from "../views/exports";
import { ExportRows } from "./ExportRows";
import { Select } from "./Select";

export function ExportPanel({ view }: { view: string }) {
  const [run, setRun] = useState("");
  const indexes = shownIndexes.value;
  const index = indexes.find((one) => one.run === run) ?? indexes[0];
  const offersOf = EXPORTS.get(view);
  if (!index || !layer.value || !offersOf) return null;
  const names = indexes.map((one) => titles.value.get(one.run) ?? one.run);
  return (
    <>
      {indexes.length > 1 && (
        <Select
          label="Figures of"
          options={names}
          value={names[indexes.indexOf(index)] ?? ""}
          onChange={(name) => setRun(indexes[names.indexOf(name)]?.run ?? "")}
        />
      )}
      <ExportRows offers={offersOf({ index, indexes, layer: layer.value })} />
    </>
  );
}
