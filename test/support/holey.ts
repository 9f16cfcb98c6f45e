// What find-any has to find.
/* eslint-disable @typescript-eslint/no-explicit-any */
export interface Holey {
  readonly deep: { readonly hole: any; readonly whole: unknown };
  call(given: any): void;
  readonly list: Promise<any>;
}
