import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  Application,
  Converter,
  type DeclarationReflection,
  DefaultTheme,
  DefaultThemeRenderContext,
  type DocumentReflection,
  JSX,
  KindRouter,
  type PageDefinition,
  type PageEvent,
  type ProjectReflection,
  type Reflection,
} from 'typedoc'
import { PAGES_FOLDER, navigation } from '../navigation.ts'
import type { Documents } from './documents.ts'
import { type Entry, menu } from './menu.ts'

/** The folders of the site that have the documents, and the reference. */
const [DOCUMENTS, REFERENCE] = ['docs', 'api']

/** The names that the menu has of the reference, whose first page has all. */
const NAMES = ['createSampler', 'Sampler', 'SampleOptions', 'Decoder', 'sampleSync', 'combinePartials', 'philox4x32']

/**
 * Builds the documents, and the reference of the package's public names, into `out`. All links are relative.
 * @throws Error where the sources or the documents have what TypeDoc warns of
 */
export async function buildDocuments(root: string, documents: Documents, style: string, out: string): Promise<void> {
  const modules = await publicModules(root)
  const file = (name: string) => join(documents.folder, `${name}.md`)
  const app = await Application.bootstrap({
    name: 'gumbel-webgpu',
    entryPoints: [...modules.values()].map(({ source }) => join(root, source)),
    tsconfig: join(root, 'tsconfig.build.json'),
    // `npm run typecheck` finds them.
    skipErrorChecking: true,
    excludeInternal: true,
    disableSources: true,
    readme: file(documents.home),
    projectDocuments: documents.parts.flatMap(({ labels }) => Object.keys(labels).map(file)),
    customCss: style,
    theme: 'site',
    router: 'site',
    searchInComments: true,
    searchInDocuments: true,
    hideGenerator: true,
    githubPages: false,
    includeHierarchySummary: false,
    visibilityFilters: {},
    headings: { readme: false, document: false },
    lightHighlightTheme: 'github-light-high-contrast',
    darkHighlightTheme: 'github-dark-high-contrast',
    highlightLanguages: ['sh', 'ts', 'js', 'html', 'json', 'wgsl', 'python'],
    // Links to the pages, which TypeDoc does not build; a test checks all links of the site.
    validation: { notExported: false, invalidLink: true, invalidPath: false, rewrittenLink: true },
    logLevel: 'Warn',
    treatWarningsAsErrors: true,
  })
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children ?? []) module.name = modules.get(module.name)!.name
  })
  app.renderer.defineRouter('site', SiteRouter)
  app.renderer.defineTheme('site', themeOf(documents))
  // No icon, as on the pages; else browsers ask for /favicon.ico.
  app.renderer.hooks.on('head.end', () => JSX.createElement('link', { rel: 'icon', href: 'data:,' }))
  app.renderer.hooks.on('body.begin', ({ page }: { page: PageEvent<Reflection> }) =>
    JSX.createElement(JSX.Raw, { html: navigation(page.url, { pages: PAGES_FOLDER, docs: '' }) }),
  )

  const project = await app.convert()
  if (project) {
    app.validate(project)
    await app.generateDocs(project, out)
  }
  if (!project || app.logger.hasErrors() || app.logger.hasWarnings())
    throw new Error('TypeDoc found faults in the documents or the sources; see above')
}

/** The place of the reference in the menu: after guides, runtimes and recipes. */
const AFTER_GUIDES = 3

const NOTHING = JSX.createElement(JSX.Fragment, null)

/** The public modules, by the names that TypeDoc gives them: each subpath that package.json exports. */
async function publicModules(root: string): Promise<Map<string, { source: string; name: string }>> {
  const { name, exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    name: string
    exports: Record<string, unknown>
  }
  const paths = Object.keys(exports).filter((path) => path !== './package.json')
  return new Map(
    paths.map((path) => {
      const module = path === '.' ? 'index' : `adapters/${path.slice(2).replace('-', '_')}`
      return [module, { source: `src/${module}.ts`, name: `${name}${path.slice(1)}` }]
    }),
  )
}

/** `docs/<file>.html` of documents, `api/<name>.html` of names, with the subpath before names of adapters. */
class SiteRouter extends KindRouter {
  /** Without the list of modules, which the menu has. */
  override buildPages(project: ProjectReflection): PageDefinition[] {
    return super.buildPages(project).filter(({ url }) => url !== 'modules.html')
  }

  protected override getIdealBaseName(reflection: Reflection): string {
    if (reflection.isDocument()) return `${DOCUMENTS}/${reflection.frontmatter.file as string}`
    const subpath = (module: Reflection) => module.name.split('/')[1]
    const { parent } = reflection
    if (!parent || parent.isProject()) return `${REFERENCE}/${subpath(reflection) ?? 'index'}`
    return `${REFERENCE}/${[subpath(parent), reflection.name].filter(Boolean).join('.')}`
  }
}

/** TypeDoc's own theme with the menu of the site, which needs no script. */
function themeOf({ parts }: Documents): typeof DefaultTheme {
  class Context extends DefaultThemeRenderContext {
    constructor(...all: ConstructorParameters<typeof DefaultThemeRenderContext>) {
      super(...all)
      const { breadcrumbs } = this
      // Of a document they would be its title again.
      this.breadcrumbs = (reflection) => (reflection.isDocument() ? NOTHING : breadcrumbs(reflection))
    }

    override navigation = ({ project, model }: PageEvent<Reflection>): JSX.Element => {
      const entry = (target: DeclarationReflection | DocumentReflection, text = target.name): Entry => ({
        text,
        url: this.urlTo(target)!,
        current: target === model,
      })
      const documents = new Map(project.documents?.map((each) => [each.frontmatter.file, each]))
      const modules = project.children ?? []
      const names = NAMES.map((name) => modules.map((module) => module.getChildByName(name)).find(Boolean))
      const reference = [...modules, ...(names as DeclarationReflection[])]
      const all = parts.map(({ title, labels }) => ({
        title,
        entries: Object.entries(labels).map(([name, label]) => entry(documents.get(name)!, label)),
      }))
      all.splice(AFTER_GUIDES, 0, { title: 'Reference', entries: reference.map((each) => entry(each)) })
      return JSX.createElement(JSX.Raw, { html: menu(all) })
    }
  }
  return class extends DefaultTheme {
    override ContextClass = Context
  }
}
