// The dashboard's entry: two pages, told apart by the hash, so that every view has an address.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { StudiesPage } from "./studies_page";
import { StudyPage } from "./study_page";
import "./app.css";

function useHash(): string {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const listener = () => setHash(location.hash);
    window.addEventListener("hashchange", listener);
    return () => window.removeEventListener("hashchange", listener);
  }, []);
  return hash;
}

function Dashboard() {
  const study = /^#\/studies\/([^/]+)$/.exec(useHash())?.[1];
  return (
    <>
      <nav aria-label="Quarry">
        <a href="#/" class="brand">
          <svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
            <path d="M2 14V9l4-2 3-4 5-1v12z" fill="currentColor" />
          </svg>
          Quarry
        </a>
        <span class="muted">networks and quantization policies, every result measured</span>
      </nav>
      {study ? <StudyPage id={decodeURIComponent(study)} /> : <StudiesPage />}
    </>
  );
}

render(<Dashboard />, document.getElementById("app")!);
