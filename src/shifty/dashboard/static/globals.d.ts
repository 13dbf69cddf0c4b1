/** What the scripts of other projects put on the page, as far as ours use it. */
interface Window {
  htmx: { trigger(element: Element, event: string): void };
  Idiomorph: {
    morph(old: Element, fresh: Node | string, options: { morphStyle: 'outerHTML' | 'innerHTML' }): Node[];
    defaults: {
      ignoreActiveValue: boolean;
      callbacks: { beforeAttributeUpdated(name: string, node: Element): boolean };
    };
  };
}
