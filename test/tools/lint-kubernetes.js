import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';

/**
 * Prints what is wrong with each of some manifests of Kubernetes, as JSON: a list for each file. The schemas of its API find wrong values,
 * and the types of its objects find fields that do not exist, which the schemas let pass. To read those types takes seconds: once for all.
 */
const files = process.argv.slice(2);
const manifests = await Promise.all(
  files.map(async (file) => parseAllDocuments(await readFile(file, 'utf8')).map((document) => document.toJS())),
);
const unknown = unknownFields(manifests);
const findings = manifests.map(async (objects, at) => [
  ...(await Promise.all(objects.map(wrongValues))).flat(),
  ...unknown[at],
]);
process.stdout.write(JSON.stringify(await Promise.all(findings)));

async function wrongValues(object) {
  const { [object.kind]: Model } = await import(`kubernetes-models/${object.apiVersion}`);
  try {
    new Model(object).validate();
    return [];
  } catch (error) {
    return [`${object.kind} ${object.metadata?.name}: ${error.message}`];
  }
}

/** Each object as a typed literal, in which a field that the type does not have is an error. A list of findings for each manifest. */
function unknownFields(all) {
  const sources = all.map((objects) =>
    objects
      .map(
        (object, at) =>
          `import type { I${object.kind} as Type${at} } from 'kubernetes-models/${object.apiVersion}';\n` +
          `export const object${at}: Type${at} = ${JSON.stringify(object)};\n`,
      )
      .join(''),
  );
  // There are no such files: they are only where the packages are found from.
  const texts = new Map(
    sources.map((text, at) => [fileURLToPath(new URL(`manifest-${at}.ts`, import.meta.url)), text]),
  );
  const options = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, noEmit: true };
  const host = ts.createCompilerHost({ ...options, types: [] });
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    texts.has(name) ? ts.createSourceFile(name, texts.get(name), ...rest) : getSourceFile(name, ...rest);
  const program = ts.createProgram(
    [...texts.keys()],
    { ...options, strict: true, skipLibCheck: true, types: [] },
    host,
  );
  return [...texts.keys()].map((name) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(name))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  );
}
