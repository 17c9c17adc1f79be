/** Something about an imported file that its owner should know. */
export interface ImportNote {
  /**
   * `kept`: haops has no words for it, so it is there under `raw`. `changed`: haops does it in another way, or adds or drops
   * something. `check`: a guess, or something to do.
   */
  kind: "kept" | "changed" | "check"
  /** Where several files were imported: the one that the line is of. */
  file?: string | undefined
  /** Of the imported file. */
  line?: number | undefined
  /** `listen web`. */
  section?: string | undefined
  text: string
}

export type TakeNote = (note: ImportNote) => void
