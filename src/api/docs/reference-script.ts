/**
 * Starts the reference in the browser. `#Threads` is our address of a section, `#/Threads/getThreads` the library's own of an operation: sections get
 * an id, and are scrolled to once they are there.
 */
export const REFERENCE_SCRIPT = `'use strict';
const PREFIX = 'operations-tag-';
function showSection() {
  for (const heading of document.querySelectorAll('[id^="' + PREFIX + '"]')) {
    const section = heading.parentElement;
    section.id = heading.id.slice(PREFIX.length);
    if (location.hash === '#' + section.id || location.hash === '#/' + section.id) section.scrollIntoView();
  }
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

/** Style of the list of errors; `:target` marks the row that a problem's \`type\` points to. */
export const ERRORS_STYLE = `body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0.3rem 0.8rem 0.3rem 0; border-bottom: 1px solid #ddd; }
tr:target { background: #fff3c4; }
`;
