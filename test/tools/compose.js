import { text } from 'node:stream/consumers';
import process from 'node:process';
import { composeServices } from '@theguild/federation-composition';
import { federateSubgraphs, LATEST_ROUTER_COMPATIBILITY_VERSION } from '@wundergraph/composition';
import { parse } from 'graphql';

/** Reads subgraphs (`[{ name, sdl }]`) and prints what each composer has against them, as JSON. */
const subgraphs = JSON.parse(await text(process.stdin));

const guild = composeServices(
  subgraphs.map(({ name, sdl }) => ({ name, typeDefs: parse(sdl), url: `http://${name}` })),
);
const wundergraph = federateSubgraphs({
  subgraphs: subgraphs.map(({ name, sdl }) => ({ name, definitions: parse(sdl), url: `http://${name}` })),
  version: LATEST_ROUTER_COMPATIBILITY_VERSION,
});

process.stdout.write(
  JSON.stringify({
    guild: (guild.errors ?? []).map(({ message }) => message),
    wundergraph: wundergraph.success ? [] : wundergraph.errors.map(({ message }) => message),
  }),
);
