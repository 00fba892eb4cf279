import { JSDOM } from 'jsdom';

/** The page that a browser would give an app, for apps that run without one. Imported before React looks for it. */
const { window } = new JSDOM('<!doctype html><div id="root"></div>', { url: 'http://localhost/' });
Object.assign(globalThis, { window, document: window.document });
Object.defineProperty(globalThis, 'navigator', { value: window.navigator, configurable: true });
