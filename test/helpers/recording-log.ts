/** A log that a test reads. */
import type { Log, LogFields } from '../../src/runtime/log.ts';

export class RecordingLog implements Log {
  /** `warn hints at listeners lost`. */
  readonly lines: string[] = [];
  readonly fields: LogFields[] = [];
  debug = this.#to('debug');
  info = this.#to('info');
  warn = this.#to('warn');
  error = this.#to('error');
  child(): Log {
    return this;
  }
  flush(): void {}
  #to(level: string) {
    return (fields: LogFields, message: string): void => {
      this.lines.push(`${level} ${message}`);
      this.fields.push(fields);
    };
  }
}
