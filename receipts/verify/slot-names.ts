/** A sealed place of the chain. */
export interface SlotAt {
  readonly seq: number;
  readonly path: string;
}

export const nameOf = ({ seq, path }: SlotAt): string => `${seq} ${path}`;
