// The dashboard's entry: the header, and the page that the address asks for.
import { type ComponentChildren, render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ImportPage, ImportsPage, NewImportPage } from "../resources/imports_page";
import { PredictorPage, PredictorsPage } from "../resources/predictors_page";
import { TrainPage } from "../resources/train_page";
import { NewSupernetPage, SupernetPage, SupernetsPage } from "../resources/supernets_page";
import { TokensPage } from "../resources/tokens_page";
import { WorkersPage } from "../resources/workers_page";
import { StudiesPage } from "../studies/list_page";
import { NewStudyPage } from "../studies/new_page";
import { StudyPage } from "../study/study_page";
import { ComparePage } from "../trial/compare_page";
import { TrialPage } from "../trial/trial_page";
import { Header } from "./header";
import { Login } from "./login";
import { NotHere } from "./not_here";
import { useRoute } from "./router";
import { useSession } from "./session";
import "./app.css";
import "../parts/parts.css";

function pageOf([first = "studies", second, third, fourth, ...rest]: string[]): ComponentChildren {
  if (rest.length) return <NotHere />;
  switch (first) {
    case "studies":
      if (!second) return <StudiesPage />;
      if (!third) return second === "new" ? <NewStudyPage /> : <StudyPage key={second} id={second} />;
      return third === "trials" && /^\d+$/.test(fourth ?? "") ? <TrialPage study={second} number={Number(fourth)} /> : <NotHere />;
    case "compare":
      return <ComparePage />;
    case "predictors":
      if (!second) return <PredictorsPage />;
      return second === "new" ? <TrainPage /> : <PredictorPage id={second} />;
    case "supernets":
      if (!second) return <SupernetsPage />;
      return second === "new" ? <NewSupernetPage /> : <SupernetPage name={second} />;
    case "measurements":
      if (!second) return <ImportsPage />;
      return second === "new" ? <NewImportPage /> : <ImportPage id={second} />;
    case "workers":
      return <WorkersPage />;
    case "tokens":
      return <TokensPage />;
    default:
      return <NotHere />;
  }
}

function Dashboard() {
  const { path } = useRoute();
  const session = useSession();
  const main = useRef<HTMLElement>(null);
  const page = path.join("/");

  // Whoever reads by ear or walks by keyboard starts at the new page's top, not at the link that was left.
  const shown = useRef(page);
  useEffect(() => {
    if (shown.current === page) return;
    shown.current = page;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [page]);

  return (
    <>
      <Header section={path[0] ?? "studies"} />
      <main ref={main} id="main" tabIndex={-1} key={`${session.logins} ${page}`}>
        {session.needsToken ? <Login /> : pageOf(path)}
      </main>
    </>
  );
}

render(<Dashboard />, document.getElementById("app")!);
