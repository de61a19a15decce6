/** A setting as a recording keeps it. */

export interface RecordedSetting {
  /** As a flag's value or a variable's: see `Option.format`. */
  readonly text: string;
  readonly from: 'flag' | 'environment' | 'file' | 'default';
}
