import js from '@eslint/js';

const rules = {
  complexity: ['error', 12],
  eqeqeq: 'error',
  'max-lines': ['error', 300],
  'no-var': 'error',
  'prefer-const': 'error',
};

const page = ['CSS', 'Document', 'DocumentFragment', 'Element', 'Node', 'document', 'location', 'window'];

const browser = [
  ...page,
  'AbortController',
  'CustomEvent',
  'EventSource',
  'HTMLButtonElement',
  'HTMLDetailsElement',
  'HTMLElement',
  'HTMLFormElement',
  'HTMLInputElement',
  'HTMLSelectElement',
  'SVGElement',
  'IntersectionObserver',
  'URL',
  'URLSearchParams',
  'XMLHttpRequest',
  'addEventListener',
  'clearTimeout',
  'confirm',
  'fetch',
  'history',
  'localStorage',
  'navigator',
  'requestAnimationFrame',
  'sessionStorage',
  'setInterval',
  'setTimeout',
];

export default [
  { ignores: ['**/node_modules/'] },
  js.configs.recommended,
  {
    // One expression that runs in the page.
    files: ['js/**/*.js'],
    languageOptions: {
      sourceType: 'script',
      ecmaVersion: 2022,
      globals: Object.fromEntries(page.map((name) => [name, 'readonly'])),
    },
    rules,
  },
  {
    // Scripts of the pages.
    files: ['src/shifty/dashboard/static/*.js'],
    languageOptions: {
      sourceType: 'script',
      ecmaVersion: 2022,
      globals: Object.fromEntries(browser.map((name) => [name, 'readonly'])),
    },
    rules,
  },
  {
    files: ['js/**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      ecmaVersion: 2022,
      globals: {
        Buffer: 'readonly',
        __dirname: 'readonly',
        URL: 'readonly',
        clearInterval: 'readonly',
        clearTimeout: 'readonly',
        console: 'readonly',
        module: 'readonly',
        process: 'readonly',
        require: 'readonly',
        setImmediate: 'readonly',
        setInterval: 'readonly',
        setTimeout: 'readonly',
      },
    },
    rules,
  },
];
