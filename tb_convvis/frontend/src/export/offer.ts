/** What a view has to export. */

import type { RunIndex } from "../data/index";
import type { PanelProps } from "../views/view";
import type { Table } from "./csv";
import type { Figure, Sheet } from "./figure";

export interface ExportProps extends PanelProps {
  /** The run whose figures are wanted; tables are of all shown runs. */
  index: RunIndex;
}

export interface FigureOffer {
  title: string;
  /** For a column of a paper, rather than as it stands on the screen. */
  paper?: boolean;
  /** Fetches what it needs; what cannot be drawn is thrown as an error in words for the user. */
  draw: (sheet: Sheet) => Figure | Promise<Figure>;
}

export interface TableOffer {
  title: string;
  table: () => Table | Promise<Table>;
}

export type Offer = FigureOffer | TableOffer;
