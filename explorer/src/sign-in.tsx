/** Asks for a key or token where the service wants to know who is asking. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { authorization, signIn } from './api/credential.ts';
import { Mark } from './ui/mark.tsx';

export function SignIn({ reason }: { readonly reason: string }): ReactNode {
  const [key, setKey] = useState('');
  const given = key.trim().replace(/^bearer\s+/i, '');
  return (
    <main className="sign-in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (given !== '') signIn(given);
        }}
      >
        <h1>
          <Mark /> Tributary
        </h1>
        <label htmlFor="sign-in-key">Key or token</label>
        <input
          id="sign-in-key"
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={key}
          aria-describedby="sign-in-reason"
          onChange={(event) => {
            setKey(event.target.value);
          }}
        />
        <p id="sign-in-reason" role={authorization() === null ? undefined : 'alert'}>
          {authorization() === null ? 'This service asks who you are.' : reason} The key is kept in this tab only, until
          you close it.
        </p>
        <button type="submit" disabled={given === ''}>
          Sign in
        </button>
      </form>
    </main>
  );
}
