/** What keeps a demo from going on: what it needs cannot be had, or what it was to show did not come. Exit status 1. */
export class DemoError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DemoError';
  }
}
