/** The address of the CI run around this process; undefined outside of one. */
export function runUrlOf(env: NodeJS.ProcessEnv): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = env;
  return server && repository && id ? `${server}/${repository}/actions/runs/${id}` : undefined;
}

/** Who started the CI run around this process; undefined outside of one. */
export function actorOf(env: NodeJS.ProcessEnv): string | undefined {
  return env['GITHUB_ACTOR'] || undefined;
}
