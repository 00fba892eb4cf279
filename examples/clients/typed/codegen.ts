import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  // A file of the package: node_modules/tributary/schema/schema.graphql in a project of your own.
  schema: '../../../schema/schema.graphql',
  documents: 'failed.ts',
  generates: { 'generated/': { preset: 'client', presetConfig: { fragmentMasking: false } } },
  config: {
    // Without this, scalars that codegen does not know are `any`.
    scalars: { DateTime: 'string', Duration: 'string', JSON: 'unknown' },
    useTypeImports: true,
  },
};

export default config;
