/** The map that is enlarged, of all shown runs: it stands at the bottom, so that the grid stays in sight. */

import { useEffect } from "preact/hooks";
import { Columns } from "../components/Columns";
import { Icon } from "../components/Icon";
import { openMap } from "../settings";
import { panelOf } from "./features";
import { DETAIL_PARTS, MapDetail, StrengthCurve } from "./MapDetail";
import { MapStrip } from "./MapStrip";
import type { PanelProps } from "./view";

export function EnlargedMap({ indexes, layer, map }: PanelProps & { map: number }) {
  const drawn = [...new Set(indexes.flatMap((index) => {
    const panel = panelOf(index, layer);
    return panel.state === "ready" ? panel.facts.maps : [];
  }))].sort((a, b) => a - b);
  useEffect(() => {
    document.querySelector(`.map-grid [data-cell="${map}"]`)?.scrollIntoView({ block: "nearest" });
  }, [map]);
  const before = drawn.findLast((other) => other < map);
  const after = drawn.find((other) => other > map);
  return (
    <section class="enlarged drawer" aria-label={`map ${map} enlarged`}>
      <header>
        <h2>Map {map}</h2>
        <span class="quiet">{layer}</span>
        <span class="spring" />
        <button type="button" class="plain" aria-label="previous map" disabled={before === undefined} onClick={() => (openMap.value = before ?? map)}>
          <Icon name="previous" />
        </button>
        <button type="button" class="plain" aria-label="next map" disabled={after === undefined} onClick={() => (openMap.value = after ?? map)}>
          <Icon name="next" />
        </button>
        <button type="button" class="plain" aria-label="close the enlarged map" onClick={() => (openMap.value = null)}>
          <Icon name="close" />
        </button>
      </header>
      <Columns indexes={indexes} parts={DETAIL_PARTS}>
        {(index) => <MapDetail index={index} layer={layer} map={map} runs={indexes.length} />}
      </Columns>
      <MapStrip indexes={indexes} layer={layer} map={map} />
      <Columns indexes={indexes} parts={1}>
        {(index) => <StrengthCurve index={index} indexes={indexes} layer={layer} map={map} />}
      </Columns>
    </section>
  );
}
