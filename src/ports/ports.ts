import type { Documents } from "./documents.ts";
import type { Warehouse } from "./warehouse.ts";

/** The reading halves: all that evidence may ask. */
export interface Ports {
  readonly warehouse: Warehouse;
  readonly documents: Documents;
}

export type Port = keyof Ports;
