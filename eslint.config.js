import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  {
    ignores: [
      'dist',
      'coverage',
      'node_modules',
      '**/generated/**',
      '**/__generated__/**',
      'examples/**/*.ts',
      '**/.next',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-control-regex': 'off',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts', 'resolvers/**/*.ts', 'schema/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'CallExpression[callee.object.name="Promise"][callee.property.name=/^(all|allSettled|any|race)$/] > CallExpression[callee.property.name=/^(map|from)$/] > ArrowFunctionExpression[async=false]',
          message:
            'Make it async: one that throws at once would leave the promises before it with nobody to hear them.',
        },
        {
          selector: 'CallExpression[callee.object.name="Promise"][callee.property.name="race"]',
          message:
            'A promise that stays open holds the result of each race with it: use unlessAborted, or say why both end soon.',
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-console': 'off',
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'vitest', importNames: ['it'], message: 'Use test: one word for one thing.' }] },
      ],
    },
  },
  {
    files: ['examples/**/*.{js,jsx}', 'test/gateways/*.js'],
    languageOptions: {
      parserOptions: { ecmaFeatures: { jsx: true } },
      globals: Object.fromEntries(
        ['console', 'document', 'fetch', 'Request', 'setTimeout', 'URL'].map((name) => [name, 'readonly']),
      ),
    },
    rules: { 'no-console': 'off' },
  },
  prettier,
);
