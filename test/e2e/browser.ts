import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Chromium's own services reach for the net, which no test needs. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the browser that E2E_BROWSER names, or the Chromium of this machine. */
export function launchBrowser(): Promise<Browser> {
  const { E2E_BROWSER } = process.env;
  const executablePath = E2E_BROWSER ?? PLACES.find((place) => existsSync(place));
  if (executablePath === undefined || !existsSync(executablePath))
    throw new Error(
      `${executablePath ?? 'Chromium'} is not here. Install it (Debian: apt-get install -y chromium), ` +
        'or name another Chromium-based browser by E2E_BROWSER=/path/to/it',
    );
  return chromium.launch({ executablePath, args: FLAGS });
}
