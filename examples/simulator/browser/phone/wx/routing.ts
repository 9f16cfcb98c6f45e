import type { PageStack } from '../page-stack';
import { api } from './api';

interface Url {
  readonly url: string;
}

/** wx's navigation. */
/** @param closeContainer - closes what stands over a page before the page itself goes; false if there is nothing */
export function routing(pages: PageStack, closeContainer: () => boolean) {
  const to = (name: string, go: (url: string) => void) =>
    api(name, ({ url }: Url) => {
      const problem = pages.check(name, url);
      if (problem !== undefined) return { fail: problem };
      go(url);
      return {};
    });
  return {
    navigateTo: to('navigateTo', (url) => pages.push(url)),
    redirectTo: to('redirectTo', (url) => pages.replace(url)),
    reLaunch: to('reLaunch', (url) => pages.restart(url)),
    switchTab: to('switchTab', (url) => pages.switchTab(url)),
    navigateBack: api('navigateBack', ({ delta = 1 }: { readonly delta?: number }) => {
      if (closeContainer()) return {};
      if (pages.depth === 1) return { fail: 'cannot navigate back at first page.' };
      pages.back(delta);
      return {};
    }),
  };
}
