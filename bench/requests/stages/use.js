/** `node --import` this to start a built server that does less: see endpoint.js, which takes the place of its endpoint. */
import { register } from 'node:module';

register('./hook.js', import.meta.url);
