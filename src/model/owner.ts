/** Who has a socket open: the processes, as they were found when somebody asked. */
export interface Owner {
  /** Some of them. */
  readonly processes: readonly { readonly pid: number; readonly name: string }[];
  /** How many more there are. */
  readonly more: number;
  /** Why none was found, for people; empty where one was. */
  readonly why: string;
}
