/** Apollo Server with its `RESTDataSource`. */
import { RESTDataSource } from '@apollo/datasource-rest';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { openVendorLines } from '../requests/vendor-lines.ts';
import { contextOf, resolveType, resolvers, tellReady, typeDefs, upstream } from './graph.js';

class Vendor extends RESTDataSource {
  constructor(source, options) {
    super(options);
    this.baseURL = upstream.origins[source];
  }

  ask({ path, authorization, post }) {
    const headers = { authorization };
    if (post === undefined) return this.get(path, { headers });
    return this.post(path, { headers: { ...headers, 'content-type': post.type }, body: post.body });
  }
}

const vendorsWith = (options) => {
  const vendors = Object.fromEntries(
    Object.keys(upstream.origins).map((source) => [source, new Vendor(source, options)]),
  );
  return (source, asked) => vendors[source].ask(asked);
};

const server = new ApolloServer({
  typeDefs,
  resolvers: { ...resolvers, Node: { __resolveType: resolveType } },
});
// Tokens are fetched once; the data sources are of one request, as their documentation has it.
const { withCall } = await openVendorLines(upstream, vendorsWith({ cache: server.cache }));
const { url } = await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: 0 },
  context: async () => contextOf(withCall(vendorsWith({ cache: server.cache }))),
});
tellReady(url);
