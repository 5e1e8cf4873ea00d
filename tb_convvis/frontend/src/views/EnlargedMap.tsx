/** The map that is enlarged, of all shown runs: it stands at the bottom, so that the grid stays in sight. */

import { useEffect, useRef } from "preact/hooks";
import { Columns } from "../components/Columns";
import { Icon } from "../components/Icon";
import { useFocusBack } from "../components/useFocusBack";
import { openMap } from "../settings";
import { MapCurves } from "./MapCurves";
import { DETAIL_PARTS, MapDetail } from "./MapDetail";
import { MapKernel } from "./MapKernel";
import { mapOrder, moveMap, neighbourOf, pinMap } from "./mapOrder";
import { MapStrip } from "./MapStrip";
import type { PanelProps } from "./view";

export function EnlargedMap({ indexes, layer, map }: PanelProps & { map: number }) {
  const ref = useRef<HTMLElement>(null);
  useFocusBack(ref, `.map-grid [data-cell="${map}"]`);
  useEffect(() => {
    document.querySelector(`.map-grid [data-cell="${map}"]`)?.scrollIntoView({ block: "nearest" });
  }, [map]);
  const pinned = mapOrder.value.pinned.includes(map);
  return (
    <section class="enlarged drawer" ref={ref} aria-label={`map ${map} enlarged`}>
      <header>
        <h2>Map {map}</h2>
        <span class="quiet">{layer}</span>
        <span class="spring" />
        <button type="button" class="plain" aria-label="pin the map" aria-pressed={pinned} title={pinned ? "Unpin (p)" : "Pin (p)"} onClick={() => pinMap(map)}>
          <i class={pinned ? "pin on" : "pin"} />
        </button>
        <button type="button" class="plain" aria-label="previous map" title="Previous in the order shown (k)" disabled={neighbourOf(map, -1) === undefined} onClick={() => moveMap(-1)}>
          <Icon name="previous" />
        </button>
        <button type="button" class="plain" aria-label="next map" title="Next in the order shown (j)" disabled={neighbourOf(map, 1) === undefined} onClick={() => moveMap(1)}>
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
      <Columns indexes={indexes} parts={2}>
        {(index) => (
          <>
            <MapCurves index={index} indexes={indexes} layer={layer} map={map} />
            <MapKernel index={index} indexes={indexes} layer={layer} map={map} />
          </>
        )}
      </Columns>
    </section>
  );
}
