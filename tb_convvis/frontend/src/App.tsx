/** The page: runs at the left, the views' tabs and the slider on top, the chosen view below them. */

import { Unreadable } from "./components/Columns";
import { ExportMenu } from "./components/ExportMenu";
import { Freshness } from "./components/Freshness";
import { HelpPanel } from "./components/HelpPanel";
import { RunPicker } from "./components/RunPicker";
import { Select } from "./components/Select";
import { Absent, Empty, Loading, Note, Retry } from "./components/states";
import { Tabs } from "./components/Tabs";
import { Timeline } from "./components/Timeline";
import { layer, layers, layersKnown } from "./layers";
import { layerPath, viewId } from "./settings";
import { helpOpen, indexes, refresh, runList, shownIndexes, shownRuns, store, trouble } from "./state";
import { unknownNames } from "./unknown";
import { viewOf } from "./views";

const again = () => void refresh();

export function App() {
  const list = runList.value;
  if (!list) return trouble.value ? <Retry {...trouble.value} onRetry={again} /> : <Loading height={360} />;
  if (list.runs.length === 0) return <Empty otherRuns={list.tensorboardRuns} onRetry={again} />;
  const view = viewOf(viewId.value);
  const problem = trouble.value ?? store.trouble.value;
  return (
    <div class="page">
      <h1 class="visually-hidden">ConvVis</h1>
      <RunPicker />
      <main>
        <div class="top">
          <header class="bar">
            <Tabs />
            <span class="spring" />
            <Freshness />
            <ExportMenu key={view.id} view={view} />
            <button
              type="button"
              class="plain help-button"
              aria-expanded={helpOpen.value}
              aria-label="help"
              title="Help (?)"
              onClick={() => (helpOpen.value = !helpOpen.value)}
            >
              ?
            </button>
          </header>
          <Timeline />
          {problem && <Retry {...problem} onRetry={again} />}
        </div>
        <Body />
      </main>
      {helpOpen.value && <HelpPanel key={view.id} view={view} />}
    </div>
  );
}

function Body() {
  const view = viewOf(viewId.value);
  const shown = shownIndexes.value;
  const props = { indexes: shown, layer: layer.value };
  return (
    <div id="view" role="tabpanel" aria-labelledby={`tab-${view.id}`}>
      {unknownNames.value.length > 0 && (
        <div class="unknown" role="status">
          {unknownNames.value.map((words) => <Note key={words}>{words}</Note>)}
        </div>
      )}
      {shownRuns.value.length === 0 ? (
        <Absent words="No run is chosen. Choose up to four at the left." />
      ) : !indexes.value || shown.length === 0 || !(layersKnown.value || store.trouble.value) ? (
        <Loading height={360} />
      ) : layers.value.length === 0 ? (
        <view.Nothing />
      ) : (
        <>
          <div class="toolbar">
            {!view.choosesLayer && <Select label="Layer" options={layers.value} value={layer.value} onChange={(value) => (layerPath.value = value)} />}
            <view.Toolbar {...props} />
          </div>
          <view.Panel {...props} />
        </>
      )}
      {layers.value.length === 0 && shown.map(({ run, problem }) => problem && <Unreadable key={run} words={`${run}: ${problem}`} />)}
    </div>
  );
}
