import { createTributary } from 'tributary';

// Node's runtime: vendors are asked through Node's own sockets. Answers are never prerendered.
export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

// In development Next loads this module again after each change: one instance serves them all.
globalThis.tributary ??= createTributary();

async function answer(request) {
  const tributary = await globalThis.tributary;
  return tributary.fetch(request);
}

export { answer as GET, answer as OPTIONS, answer as POST };
