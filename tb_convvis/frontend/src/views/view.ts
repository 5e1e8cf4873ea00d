/** What a view is: one file that exports one of these. */

import type { FunctionComponent } from "preact";
import type { Kind, RunIndex } from "../data/index";
import type { Want } from "../data/plan";

export interface Help {
  shows: string[];
  read: string[];
  cannot: string[];
}

export interface PanelProps {
  /** The runs that are shown, each to be drawn in a column of its own. */
  indexes: readonly RunIndex[];
  /** Path of the layer that is looked at. */
  layer: string;
}

/** The larger part of a view. */
export interface ViewBody {
  help: Help;
  /** Fetches the data proper; `wants` are here by then. */
  load: (props: PanelProps, stop: AbortSignal) => Promise<void>;
  /** The view's own controls, beside the choice of the layer. */
  Toolbar: FunctionComponent<PanelProps>;
  Panel: FunctionComponent<PanelProps>;
}

export interface View extends ViewBody {
  /** Stands in the address. */
  id: string;
  title: string;
  /** Layers of these runs that the view has something of. */
  layers: (indexes: readonly RunIndex[]) => string[];
  /** Small records that must be here before anything is drawn: manifests, statuses. */
  wants: (indexes: readonly RunIndex[]) => Want[];
  /** Reads the signals on whose change `load` has to be called again. */
  follows: () => void;
  /** The layer is chosen in the panel itself: the toolbar has no list of layers. */
  choosesLayer?: true;
  /** What stands there where the runs have no layer for the view. */
  Nothing: FunctionComponent;
}

/** Subjects of the records of a kind, which are layers. */
export function layersOf(indexes: readonly RunIndex[], kind: Kind): string[] {
  return indexes.flatMap(({ series }) => series.filter((one) => one.kind === kind).map(({ subject }) => subject));
}
