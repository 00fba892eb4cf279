import process from 'node:process';
import '../dom.js';
import { createRoot } from 'react-dom/client';
import { App } from './app.jsx';
import { createEnvironment } from './environment.js';

/** Runs the app without a browser: reads a finished job from both ends, then follows a running one. Prints what it showed. */
const [url, finished, running] = process.argv.slice(2);

const shown = () => [...document.querySelectorAll('li')].map(({ id }) => id);
async function until(holds) {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function open(props, use) {
  const root = createRoot(document.querySelector('#root'));
  root.render(<App environment={createEnvironment(url)} {...props} />);
  await until(() => shown().length > 0);
  const result = await use();
  root.unmount();
  return result;
}

/** Presses a button until there is nothing more on that side. */
async function pressToTheEnd(selector) {
  for (;;) {
    await until(() => !document.querySelector(selector)?.disabled);
    const button = document.querySelector(selector);
    if (button === null) return shown();
    const before = shown().length;
    button.click();
    await until(() => shown().length > before);
  }
}

const forward = await open({ job: finished, from: { first: 20 } }, () => pressToTheEnd('#next'));
const backward = await open({ job: finished, from: { last: 20 } }, () => pressToTheEnd('#previous'));
let hasEnded = false;
const onEnd = () => (hasEnded = true);
const live = await open({ job: running, from: { last: 5 }, follow: true, onEnd }, async () => {
  await until(() => hasEnded || shown().length > 5);
  return shown();
});
console.log(JSON.stringify({ forward, backward, live }));
process.exit(0);
