/** The OpenAPI 3.1 document, made from the routes themselves. PURE. */
import type { Field, Fields } from './field.ts';
import { PROBLEM_TYPE } from './problem.ts';
import { json, jsonOf, type Route, route } from './route.ts';
import type { Schema } from './schema.ts';
import { SCHEMAS, schemaOf } from './schemas.ts';

const PATH = '/v1/openapi.json';

export function documentRoutes(others: readonly Route[], version: string): readonly Route[] {
  const own = route({
    method: 'GET',
    path: PATH,
    name: 'openapi',
    summary: 'This document',
    answers: jsonOf({ type: 'object' }),
    act: () => json(document),
  });
  const document = openApiOf([...others, own], version);
  return [own];
}

/** Of what stands under /v1: the page and the metrics have formats of their own. */
export function openApiOf(routes: readonly Route[], version: string): Schema {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const of of routes) {
    if (!of.path.startsWith('/v1/')) continue;
    paths[of.path] = { ...paths[of.path], [of.method.toLowerCase()]: operationOf(of) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'ha2bgp',
      version,
      description:
        'What is announced and why, and what can be done about it by hand. On the control socket whoever may open it may do ' +
        'everything; on TCP every change needs a token or a client certificate, and so does reading from beyond loopback.',
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: SCHEMAS,
      securitySchemes: { token: { type: 'http', scheme: 'bearer' }, certificate: { type: 'mutualTLS' } },
      responses: {
        Problem: {
          description: 'It was not done, and why',
          content: { [PROBLEM_TYPE]: { schema: schemaOf('Problem') } },
        },
      },
    },
  };
}

function operationOf({ method, name, summary, pathFields, query, body, answers }: Route): Schema {
  const security = [{ token: [] }, { certificate: [] }];
  return {
    operationId: name,
    summary,
    parameters: [...parametersOf(pathFields, 'path'), ...parametersOf(query, 'query')],
    // Reading on loopback needs neither.
    security: method === 'POST' ? security : [{}, ...security],
    ...(Object.keys(body).length > 0 && {
      requestBody: { required: true, content: { 'application/json': { schema: bodySchema(body) } } },
    }),
    responses: {
      200: {
        description: 'It is so, or it was done',
        content: Object.fromEntries(
          Object.entries(answers).map(([type, schema]) => [type, schema === undefined ? {} : { schema }]),
        ),
      },
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

const parametersOf = (fields: Fields, where: 'path' | 'query'): Schema[] =>
  Object.entries(fields).map(([name, { help, schema, isNeeded }]) => ({
    name,
    in: where,
    description: help,
    required: isNeeded,
    schema,
  }));

const bodySchema = (fields: Fields): Schema => ({
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(fields).map(([name, { schema, help }]: [string, Field<unknown>]) => [
      name,
      { ...schema, description: help },
    ]),
  ),
  required: Object.entries(fields).flatMap(([name, { isNeeded }]) => (isNeeded ? [name] : [])),
  additionalProperties: false,
});
