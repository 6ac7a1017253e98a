/**
 * Starts the reference in the browser. `/docs#Threads` is our address of a section; the library has its own (`#/Threads`) for operations, which is left
 * alone.
 */
export const REFERENCE_SCRIPT = `'use strict';
function showSection() {
  const name = decodeURIComponent(location.hash.slice(1));
  if (name === '' || name.startsWith('/')) return;
  const section = document.getElementById('operations-tag-' + name);
  if (section) section.scrollIntoView();
}
addEventListener('hashchange', showSection);
SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  validatorUrl: null,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
  onComplete: showSection,
});
`;

/** Style of the list of errors; \`:target\` marks the row that a problem's \`type\` points to. */
export const ERRORS_STYLE = `body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0.3rem 0.8rem 0.3rem 0; border-bottom: 1px solid #ddd; }
tr:target { background: #fff3c4; }
`;
