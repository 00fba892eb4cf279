# The service in an image. Build: docker build -t tributary . Run: docker run --read-only -p 4000:4000 tributary
# (without a configuration it serves the sandbox, made-up jobs of simulated vendors).

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY schema ./schema
COPY resolvers ./resolvers
COPY explorer ./explorer
COPY docs/tributary.schema.json ./docs/
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/schema/schema.graphql ./schema/
COPY LICENSE ./
# Not root, and by its number: Kubernetes can check that it is not.
USER 1000:1000
EXPOSE 4000
# `exec` form: signals reach the service itself.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4000/health/live').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/src/cli/main.js"]
CMD ["serve", "--host", "0.0.0.0", "--port", "4000"]
