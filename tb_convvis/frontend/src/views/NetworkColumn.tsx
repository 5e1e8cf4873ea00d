/** One network: the runs that have it, its totals, its graph, and what is known of the layer that is looked at. */

import { useMemo, useState } from "preact/hooks";
import { Note } from "../components/states";
import type { RunIndex } from "../data/index";
import { ownName, shownName } from "../data/layerNames";
import type { Network } from "../data/network";
import { plural } from "../lib/words";
import { layerPath, unfoldedModels } from "../settings";
import { colours, titles } from "../state";
import { LayerFacts } from "./LayerFacts";
import { NetworkDrawing } from "./NetworkDrawing";
import { marksOf } from "./networkMarks";
import { type SceneNode, allNodes, nodesOf, sceneOf } from "./networkScene";
import { trainedWords } from "./networkWords";
import { isUnfolded } from "./unfolded";

export interface NetworkColumnProps {
  network: Network;
  /** The runs that have it. */
  indexes: readonly RunIndex[];
  layer: string;
}

/** Header, graph. */
export const NETWORK_PARTS = 2;

export function NetworkColumn({ network, indexes, layer }: NetworkColumnProps) {
  const [hovered, setHovered] = useState<SceneNode | null>(null);
  // Without a choice the layer is the first of the network, which is not inside of anything.
  const around = layer.slice(0, Math.max(0, layer.lastIndexOf("/")));
  const { names } = indexes[0] ?? {};
  // The network has its own names; the address has those by which layers are shown.
  const name = (path: string) => shownName(indexes[0] ?? {}, path);
  const scene = useMemo(() => sceneOf(network, (path) => isUnfolded(name(path), layer)), [network, names, unfoldedModels.value, around]);
  const marks = useMemo(() => marksOf(indexes), [indexes.map(({ series, weights }) => `${series.length} ${weights.length}`).join(), network, names]);
  const drawn = useMemo(() => nodesOf(scene), [scene]);
  const fold = (node: SceneNode) => {
    const model = name(node.path);
    const open = isUnfolded(model, layer);
    const others = unfoldedModels.value.filter((path) => path !== model && !path.startsWith(`${model}/`));
    unfoldedModels.value = open ? others : [...others, model];
    layerPath.value = model;
  };
  const selected = drawn.find(({ path }) => name(path) === layer);
  const shown = (hovered && drawn.find(({ path }) => path === hovered.path)) ?? selected ?? drawn[0];
  const drawing = useMemo(
    () => (
      <NetworkDrawing
        scene={scene}
        marks={marks}
        selected={selected?.path ?? ""}
        onSelect={({ path }) => (layerPath.value = name(path))}
        onFold={fold}
        onHover={setHovered}
      />
    ),
    [scene, marks, layer],
  );
  return (
    <>
      <Head network={network} indexes={indexes} name={name} />
      <div class="network-room">
        <div class="network">
          {drawing}
          {shown && <LayerFacts node={shown} shown={name(shown.path)} elsewhere={shown.layer === null ? [] : elsewhere(indexes, shown.path)} network={network} marks={marks} />}
        </div>
      </div>
    </>
  );
}

function elsewhere([first, ...others]: readonly RunIndex[], path: string): string[] {
  const shown = shownName(first ?? {}, path);
  return others.flatMap((index) => {
    const own = ownName(index, shown);
    return own === path ? [] : [`${own} in ${titles.value.get(index.run) ?? index.run}`];
  });
}

function Head({ network, indexes, name }: { network: Network; indexes: readonly RunIndex[]; name: (path: string) => string }) {
  const models = allNodes(network).filter(({ inside }) => inside > 0).map(({ path }) => name(path));
  const why = network.problem === null ? "This model has no graph that Keras can tell" : `The graph could not be recorded (${network.problem})`;
  return (
    <div class="column-head">
      <header class="run-header alike">
        {indexes.map(({ run }) => (
          <>
            <span class="dot" style={{ background: colours.value.get(run) ?? "" }} />
            <h2 title={run}>{titles.value.get(run) ?? run}</h2>
          </>
        ))}
        {indexes.length > 1 && <span class="quiet">the same network, drawn once</span>}
      </header>
      <div class="totals">
        {plural(network.parameters, "parameter")}
        {trainedWords(network)} in {plural(network.layers.size, "layer")}
        {models.length > 0 && (
          <div class="fold-all">
            <button type="button" onClick={() => (unfoldedModels.value = models)}>unfold all</button>
            <button type="button" onClick={() => ((unfoldedModels.value = []), (layerPath.value = ""))}>fold all</button>
          </div>
        )}
      </div>
      {!network.graphs.has("") && <Note>{why}: layers in the order they were made.</Note>}
    </div>
  );
}
