const core = {
  path: 'dist/index.mjs',
  import:
    '{ createSession, weapp, httpBackend, requestWithLogin, sessionRequest, withLogin, silentOnly, retryOnExpired, whileAuthenticated, isSessionError }',
  gzip: true,
  brotli: false,
};

export default [
  { ...core, name: 'own code', ignore: ['rxjs'], limit: '11.58 kB' },
  { ...core, name: 'with rxjs, tree-shaken', limit: '18.51 kB' },
  {
    ...core,
    name: "with rxjs's own ES2015 build, tree-shaken",
    limit: '16.86 kB',
    // Bundlers take rxjs's ES5 build unless they are told of this export condition.
    modifyEsbuildConfig: (config) => ({ ...config, conditions: ['es2015'] }),
  },
];
