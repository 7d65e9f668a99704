<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
    <context>
        <name>mpmanager</name>
        <message>
            <source>A notification failed</source>
            <translation>Eine Benachrichtigung ist fehlgeschlagen</translation>
        </message>
        <message>
            <source>Show</source>
            <translation>Anzeigen</translation>
        </message>
        <message>
            <source>Changing the rule of {name} failed</source>
            <translation>Die Regel von {name} konnte nicht geändert werden</translation>
        </message>
        <message>
            <source>{name}: Multipath TCP {state}</source>
            <translation>{name}: Multipath TCP {state}</translation>
        </message>
        <message>
            <source>{name}: prefers the lowest delay</source>
            <translation>{name}: bevorzugt die geringste Verzögerung</translation>
        </message>
        <message>
            <source>No application uses Multipath TCP at the moment</source>
            <translation>Zurzeit benutzt keine Anwendung Multipath TCP</translation>
        </message>
        <message>
            <source>Those that do appear here by themselves. Add a rule for one that is not running.</source>
            <translation>Sobald eine es tut, erscheint sie hier von selbst. Für eine, die nicht läuft, können Sie eine Regel hinzufügen.</translation>
        </message>
        <message>
            <source>on</source>
            <translation>an</translation>
        </message>
        <message>
            <source>off</source>
            <translation>aus</translation>
        </message>
        <message>
            <source>as it asks itself</source>
            <translation>wie sie es selbst verlangt</translation>
        </message>
        <message>
            <source>{name}: delay does not decide</source>
            <translation>{name}: die Verzögerung entscheidet nicht</translation>
        </message>
        <message>
            <source>Undone: {change}</source>
            <translation>Rückgängig gemacht: {change}</translation>
        </message>
        <message>
            <source>Applications</source>
            <translation>Anwendungen</translation>
        </message>
        <message>
            <source>Find an application</source>
            <translation>Anwendung suchen</translation>
        </message>
        <message>
            <source>Add rule</source>
            <translation>Neue Regel</translation>
        </message>
        <message>
            <source>A rule for something that is not running</source>
            <translation>Eine Regel für etwas, das nicht läuft</translation>
        </message>
        <message>
            <source>All applications</source>
            <translation>Alle Anwendungen</translation>
        </message>
        <message>
            <source>Remove rule</source>
            <translation>Regel entfernen</translation>
        </message>
        <message>
            <source>Discard</source>
            <translation>Verwerfen</translation>
        </message>
        <message>
            <source>Apply</source>
            <translation>Anwenden</translation>
        </message>
        <message>
            <source>Nothing is called so</source>
            <translation>Nichts heißt so</translation>
        </message>
        <message>
            <source>Add a rule if it is not running.</source>
            <translation>Fügen Sie eine Regel hinzu, wenn es nicht läuft.</translation>
        </message>
        <message>
            <source>Showing the applications failed</source>
            <translation>Die Anwendungen konnten nicht angezeigt werden</translation>
        </message>
        <message>
            <source>As of {time}: {counts}</source>
            <translation>Stand {time}: {counts}</translation>
        </message>
        <message>
            <source>Whoever has no rule of its own</source>
            <translation>Alle ohne eigene Regel</translation>
        </message>
        <message>
            <source>The preview failed</source>
            <translation>Die Vorschau ist fehlgeschlagen</translation>
        </message>
        <message>
            <source>Not applied yet: {preview}</source>
            <translation>Noch nicht angewendet: {preview}</translation>
        </message>
        <message>
            <source>{name}: the rule is changed</source>
            <translation>{name}: die Regel ist geändert</translation>
        </message>
        <message>
            <source>Removing the rule of {name} failed</source>
            <translation>Die Regel von {name} konnte nicht entfernt werden</translation>
        </message>
        <message>
            <source>{name} follows the other rules now</source>
            <translation>{name} folgt jetzt den anderen Regeln</translation>
        </message>
        <message>
            <source>Asking what of trust is in force failed</source>
            <translation>Es konnte nicht erfragt werden, welches Vertrauen gilt</translation>
        </message>
        <message>
            <source>Undoing that failed</source>
            <translation>Das konnte nicht rückgängig gemacht werden</translation>
        </message>
        <message>
            <source>Sends test packets past everything that is enforced, and listens on every interface to what leaves.</source>
            <translation>Sendet Testpakete an allem vorbei, was durchgesetzt wird, und lauscht auf jeder Schnittstelle, was hinausgeht.</translation>
        </message>
        <message>
            <source>Not checked yet</source>
            <translation>Noch nicht geprüft</translation>
        </message>
        <message>
            <source>Check now</source>
            <translation>Jetzt prüfen</translation>
        </message>
        <message>
            <source>Copy report</source>
            <translation>Bericht kopieren</translation>
        </message>
        <message>
            <source>Prove it now</source>
            <translation>Jetzt beweisen</translation>
        </message>
        <message>
            <source>Not tried since the window was opened.</source>
            <translation>Nicht versucht, seit das Fenster offen ist.</translation>
        </message>
        <message>
            <source>The report is on the clipboard, without names and addresses</source>
            <translation>Der Bericht ist in der Zwischenablage, ohne Namen und Adressen</translation>
        </message>
        <message>
            <source>What each path answers</source>
            <translation>Was jeder Pfad antwortet</translation>
        </message>
        <message>
            <source>Is everything as it should be?</source>
            <translation>Ist alles, wie es sein soll?</translation>
        </message>
        <message>
            <source>Check now asks each path's own gateway and name server. Nobody else is asked unless you name them.</source>
            <translation>Gefragt werden Gateway und Nameserver jedes Pfades. Andere werden nur gefragt, wenn Sie sie nennen.</translation>
        </message>
        <message>
            <source>As text, without addresses, networks, users and hosts</source>
            <translation>Als Text, ohne Adressen, Netze, Benutzer und Rechner</translation>
        </message>
        <message>
            <source>Ask somebody else, too</source>
            <translation>Auch andere fragen</translation>
        </message>
        <message>
            <source>Is trust kept to?</source>
            <translation>Wird das Vertrauen eingehalten?</translation>
        </message>
        <message>
            <source>Asking over every path; this takes some seconds ...</source>
            <translation>Über jeden Pfad wird gefragt; das dauert einige Sekunden …</translation>
        </message>
        <message>
            <source>A server: does Multipath TCP get there?</source>
            <translation>Ein Server: Kommt Multipath TCP dorthin?</translation>
        </message>
        <message>
            <source>A URL that a captive portal would answer</source>
            <translation>Eine URL, auf die ein Anmeldeportal antworten würde</translation>
        </message>
        <message>
            <source>A host: which routers lead there?</source>
            <translation>Ein Rechner: Welche Router führen dorthin?</translation>
        </message>
        <message>
            <source>Checking failed</source>
            <translation>Die Prüfung ist fehlgeschlagen</translation>
        </message>
        <message>
            <source>Trying to get past it, for some seconds ...</source>
            <translation>Es wird einige Sekunden lang versucht, daran vorbeizukommen …</translation>
        </message>
        <message>
            <source>Applications and what they moved over each path</source>
            <translation>Anwendungen und was sie über jeden Pfad übertragen haben</translation>
        </message>
        <message>
            <source>Only metered</source>
            <translation>Nur getaktete</translation>
        </message>
        <message>
            <source>Export CSV</source>
            <translation>CSV exportieren</translation>
        </message>
        <message>
            <source>Time</source>
            <translation>Zeit</translation>
        </message>
        <message>
            <source>Together</source>
            <translation>Gesamt</translation>
        </message>
        <message>
            <source>each hour</source>
            <translation>je Stunde</translation>
        </message>
        <message>
            <source>each day</source>
            <translation>je Tag</translation>
        </message>
        <message>
            <source>Nothing is recorded yet</source>
            <translation>Noch ist nichts aufgezeichnet</translation>
        </message>
        <message>
            <source>A minute after a program has used a path, what it moved stands here. Programs that do not ask for several paths get them by: mpm run -- PROGRAM</source>
            <translation>Eine Minute nachdem ein Programm einen Pfad benutzt hat, steht hier, was es übertragen hat. Programme, die nicht selbst mehrere Pfade verlangen, bekommen sie durch: mpm run -- PROGRAMM</translation>
        </message>
        <message>
            <source>History</source>
            <translation>Verlauf</translation>
        </message>
        <message>
            <source>Only what went over paths while they were metered</source>
            <translation>Nur, was über Pfade ging, während sie getaktet waren</translation>
        </message>
        <message>
            <source>What was carried in each stretch of time</source>
            <translation>Was in jedem Zeitabschnitt übertragen wurde</translation>
        </message>
        <message>
            <source>What was carried: {period}</source>
            <translation>Was übertragen wurde: {period}</translation>
        </message>
        <message>
            <source>Written to {file}</source>
            <translation>In {file} geschrieben</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Zurück</translation>
        </message>
        <message>
            <source>Forward</source>
            <translation>Vor</translation>
        </message>
        <message>
            <source>Carried</source>
            <translation>Übertragen</translation>
        </message>
        <message>
            <source>Show as chart</source>
            <translation>Als Diagramm zeigen</translation>
        </message>
        <message>
            <source>Show as table</source>
            <translation>Als Tabelle zeigen</translation>
        </message>
        <message>
            <source>Reading the history failed</source>
            <translation>Der Verlauf konnte nicht gelesen werden</translation>
        </message>
        <message>
            <source>Exporting failed</source>
            <translation>Der Export ist fehlgeschlagen</translation>
        </message>
        <message>
            <source>Choose a row to read what it does and why. Alt with an arrow moves the slider of its application.</source>
            <translation>Wählen Sie eine Zeile, um zu lesen, was sie tut und warum. Alt mit einer Pfeiltaste bewegt den Regler ihrer Anwendung.</translation>
        </message>
        <message>
            <source>Who uses which path now</source>
            <translation>Wer jetzt welchen Pfad benutzt</translation>
        </message>
        <message>
            <source>No program uses Multipath TCP at the moment</source>
            <translation>Zurzeit benutzt kein Programm Multipath TCP</translation>
        </message>
        <message>
            <source>Start one with it, for instance: mpm run -- curl -O https://example.org/</source>
            <translation>Starten Sie eines damit, zum Beispiel: mpm run -- curl -O https://example.org/</translation>
        </message>
        <message>
            <source>Nothing fits this filter</source>
            <translation>Nichts passt zu diesem Filter</translation>
        </message>
        <message>
            <source>Clear it to see everything.</source>
            <translation>Leeren Sie ihn, um alles zu sehen.</translation>
        </message>
        <message>
            <source>Paused at {time}</source>
            <translation>Angehalten um {time}</translation>
        </message>
        <message>
            <source>About the current row</source>
            <translation>Zur gewählten Zeile</translation>
        </message>
        <message>
            <source>Freeze the view; recording goes on (Ctrl+P)</source>
            <translation>Ansicht anhalten; die Aufzeichnung läuft weiter (Strg+P)</translation>
        </message>
        <message>
            <source>Showing the connections failed</source>
            <translation>Die Verbindungen konnten nicht angezeigt werden</translation>
        </message>
        <message>
            <source>{count} application</source>
            <translation>{count} Anwendung</translation>
        </message>
        <message>
            <source>{count} applications</source>
            <translation>{count} Anwendungen</translation>
        </message>
        <message>
            <source>{count} connection</source>
            <translation>{count} Verbindung</translation>
        </message>
        <message>
            <source>{count} connections</source>
            <translation>{count} Verbindungen</translation>
        </message>
        <message>
            <source>{count} subflow</source>
            <translation>{count} Subflow</translation>
        </message>
        <message>
            <source>{count} subflows</source>
            <translation>{count} Subflows</translation>
        </message>
        <message>
            <source>As of {time}: {sentence}</source>
            <translation>Stand {time}: {sentence}</translation>
        </message>
        <message>
            <source>Expand all</source>
            <translation>Alle aufklappen</translation>
        </message>
        <message>
            <source>Collapse</source>
            <translation>Zuklappen</translation>
        </message>
        <message>
            <source>View</source>
            <translation>Ansicht</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>Exportieren</translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>Weiter</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>Pause</translation>
        </message>
        <message>
            <source>Asking why failed</source>
            <translation>Der Grund konnte nicht erfragt werden</translation>
        </message>
        <message>
            <source>Picture of the map and its time (PNG)</source>
            <translation>Bild der Karte und ihrer Zeit (PNG)</translation>
        </message>
        <message>
            <source>The same to scale as you like (SVG)</source>
            <translation>Dasselbe, beliebig skalierbar (SVG)</translation>
        </message>
        <message>
            <source>All rows shown, for spreadsheets (CSV)</source>
            <translation>Alle gezeigten Zeilen für Tabellen (CSV)</translation>
        </message>
        <message>
            <source>All rows shown, for programs (JSON)</source>
            <translation>Alle gezeigten Zeilen für Programme (JSON)</translation>
        </message>
        <message>
            <source>Saved in {file}</source>
            <translation>In {file} gespeichert</translation>
        </message>
        <message>
            <source>Which application uses which path</source>
            <translation>Welche Anwendung welchen Pfad benutzt</translation>
        </message>
        <message>
            <source>{size} of packets in {file}</source>
            <translation>{size} an Paketen in {file}</translation>
        </message>
        <message>
            <source>Saving {file} failed</source>
            <translation>{file} konnte nicht gespeichert werden</translation>
        </message>
        <message>
            <source>Capturing packets failed</source>
            <translation>Die Pakete konnten nicht mitgeschnitten werden</translation>
        </message>
        <message>
            <source>Holding the connection to trusted paths failed</source>
            <translation>Die Verbindung konnte nicht auf vertrauenswürdige Pfade beschränkt werden</translation>
        </message>
        <message>
            <source>It keeps to trusted paths now</source>
            <translation>Sie bleibt jetzt auf vertrauenswürdigen Pfaden</translation>
        </message>
        <message>
            <source>It may use all paths again</source>
            <translation>Sie darf wieder alle Pfade benutzen</translation>
        </message>
        <message>
            <source>Flow map</source>
            <translation>Flusskarte</translation>
        </message>
        <message>
            <source>Inspector</source>
            <translation>Einzelheiten</translation>
        </message>
        <message>
            <source>As the default says ({wait})</source>
            <translation>Wie der Standard ({wait})</translation>
        </message>
        <message>
            <source>All others may wait</source>
            <translation>Alle anderen dürfen warten</translation>
        </message>
        <message>
            <source>Default</source>
            <translation>Standard</translation>
        </message>
        <message>
            <source>Only {condition}</source>
            <translation>Nur {condition}</translation>
        </message>
        <message>
            <source>Changing how long data of {who} may wait failed</source>
            <translation>Die Wartezeit von {who} konnte nicht geändert werden</translation>
        </message>
        <message>
            <source>Nothing has happened yet. When a path is lost or comes back, or late data is helped, it is told here.</source>
            <translation>Noch ist nichts geschehen. Wenn ein Pfad ausfällt oder zurückkommt oder verspäteten Daten geholfen wird, steht es hier.</translation>
        </message>
        <message>
            <source>Connections too</source>
            <translation>Auch Verbindungen</translation>
        </message>
        <message>
            <source>Overview</source>
            <translation>Übersicht</translation>
        </message>
        <message>
            <source>Traffic of the last five minutes, the newest second first</source>
            <translation>Verkehr der letzten fünf Minuten, die neueste Sekunde zuerst</translation>
        </message>
        <message>
            <source>Show opened and closed connections and subflows as well</source>
            <translation>Auch geöffnete und geschlossene Verbindungen und Subflows zeigen</translation>
        </message>
        <message>
            <source>Traffic</source>
            <translation>Verkehr</translation>
        </message>
        <message>
            <source>Last events</source>
            <translation>Letzte Ereignisse</translation>
        </message>
        <message>
            <source>{path} is where its kind suggests now</source>
            <translation>{path} ist jetzt dort, wo seine Art es nahelegt</translation>
        </message>
        <message>
            <source>{path} is what was detected now</source>
            <translation>{path} ist jetzt, was erkannt wurde</translation>
        </message>
        <message>
            <source>{path} is in the lane {lane} now</source>
            <translation>{path} ist jetzt in der Spur {lane}</translation>
        </message>
        <message>
            <source>{path} is taken for {kind} now</source>
            <translation>{path} gilt jetzt als {kind}</translation>
        </message>
        <message>
            <source>Changing the trust in {path} failed</source>
            <translation>Das Vertrauen in {path} konnte nicht geändert werden</translation>
        </message>
        <message>
            <source>Changing {path} failed</source>
            <translation>{path} konnte nicht geändert werden</translation>
        </message>
        <message>
            <source>Changing the cap of {path} failed</source>
            <translation>Das Limit von {path} konnte nicht geändert werden</translation>
        </message>
        <message>
            <source>{path}: what was allowed more is taken back</source>
            <translation>{path}: Das zusätzlich Erlaubte ist zurückgenommen</translation>
        </message>
        <message>
            <source>Moving {path} failed</source>
            <translation>{path} konnte nicht verschoben werden</translation>
        </message>
        <message>
            <source>Correcting {path} failed</source>
            <translation>{path} konnte nicht berichtigt werden</translation>
        </message>
        <message>
            <source>Paths</source>
            <translation>Pfade</translation>
        </message>
        <message>
            <source>Paths in their lanes</source>
            <translation>Pfade in ihren Spuren</translation>
        </message>
        <message>
            <source>About the chosen path</source>
            <translation>Zum gewählten Pfad</translation>
        </message>
        <message>
            <source>No network path was found on this machine</source>
            <translation>Auf diesem Rechner wurde kein Netzwerkpfad gefunden</translation>
        </message>
        <message>
            <source>Join a Wi-Fi, plug in a cable or start the modem: it appears here by itself.</source>
            <translation>Verbinden Sie sich mit einem WLAN, stecken Sie ein Kabel ein oder starten Sie das Modem: Der Pfad erscheint hier von selbst.</translation>
        </message>
        <message>
            <source>Probing {path} failed</source>
            <translation>{path} konnte nicht geprüft werden</translation>
        </message>
        <message>
            <source>profile</source>
            <translation>profil</translation>
        </message>
        <message>
            <source>Import …</source>
            <translation>Importieren …</translation>
        </message>
        <message>
            <source>Save as profile …</source>
            <translation>Als Profil speichern …</translation>
        </message>
        <message>
            <source>Opening {file} failed</source>
            <translation>{file} konnte nicht geöffnet werden</translation>
        </message>
        <message>
            <source>Import a profile</source>
            <translation>Ein Profil importieren</translation>
        </message>
        <message>
            <source>Import “{name}”?</source>
            <translation>„{name}“ importieren?</translation>
        </message>
        <message>
            <source>Activate “{name}”?</source>
            <translation>„{name}“ aktivieren?</translation>
        </message>
        <message>
            <source>Use “{name}” with {network}?</source>
            <translation>„{name}“ benutzen mit: {network}?</translation>
        </message>
        <message>
            <source>Comparing the profiles failed</source>
            <translation>Die Profile konnten nicht verglichen werden</translation>
        </message>
        <message>
            <source>Reading the profile failed</source>
            <translation>Das Profil konnte nicht gelesen werden</translation>
        </message>
        <message>
            <source>Activating {profile} failed</source>
            <translation>{profile} konnte nicht aktiviert werden</translation>
        </message>
        <message>
            <source>Having {profile} follow a network failed</source>
            <translation>{profile} konnte keinem Netz zugeordnet werden</translation>
        </message>
        <message>
            <source>{profile} is active now</source>
            <translation>{profile} ist jetzt aktiv</translation>
        </message>
        <message>
            <source>{profile} is kept, and not active yet</source>
            <translation>{profile} ist gespeichert und noch nicht aktiv</translation>
        </message>
        <message>
            <source>My profile</source>
            <translation>Mein Profil</translation>
        </message>
        <message>
            <source>Export …</source>
            <translation>Exportieren …</translation>
        </message>
        <message>
            <source>Sign and export …</source>
            <translation>Signieren und exportieren …</translation>
        </message>
        <message>
            <source>Export a profile</source>
            <translation>Ein Profil exportieren</translation>
        </message>
        <message>
            <source>Your key {fingerprint}, kept in {place}</source>
            <translation>Ihr Schlüssel {fingerprint}, aufbewahrt in {place}</translation>
        </message>
        <message>
            <source>Your public key is copied</source>
            <translation>Ihr öffentlicher Schlüssel ist kopiert</translation>
        </message>
        <message>
            <source>No profiles yet</source>
            <translation>Noch keine Profile</translation>
        </message>
        <message>
            <source>A profile is all that you have decided: trust, when paths are used, rules of applications.
Save your current decisions, or drop a profile file here to see what it would change.</source>
            <translation>Ein Profil ist alles, was Sie entschieden haben: Vertrauen, wann Pfade benutzt werden, Regeln für Anwendungen.
Speichern Sie Ihre jetzigen Entscheidungen, oder lassen Sie eine Profildatei hier fallen, um zu sehen, was sie ändern würde.</translation>
        </message>
        <message>
            <source>Profiles</source>
            <translation>Profile</translation>
        </message>
        <message>
            <source>Keep what you have decided until now under a name</source>
            <translation>Was Sie bis jetzt entschieden haben, unter einem Namen behalten</translation>
        </message>
        <message>
            <source>Write what you have decided until now to a file</source>
            <translation>Was Sie bis jetzt entschieden haben, in eine Datei schreiben</translation>
        </message>
        <message>
            <source>Or drop a file anywhere on this page</source>
            <translation>Oder eine Datei irgendwo auf dieser Seite fallen lassen</translation>
        </message>
        <message>
            <source>Save as</source>
            <translation>Speichern als</translation>
        </message>
        <message>
            <source>Name of the new profile</source>
            <translation>Name des neuen Profils</translation>
        </message>
        <message>
            <source>Reading the profiles failed</source>
            <translation>Die Profile konnten nicht gelesen werden</translation>
        </message>
        <message>
            <source>You have chosen a profile by hand, so none follows the network.</source>
            <translation>Sie haben ein Profil von Hand gewählt, deshalb folgt keines dem Netz.</translation>
        </message>
        <message>
            <source>All files</source>
            <translation>Alle Dateien</translation>
        </message>
        <message>
            <source>From “{one}” to “{other}”</source>
            <translation>Von „{one}“ zu „{other}“</translation>
        </message>
        <message>
            <source>Previewing the profile failed</source>
            <translation>Die Vorschau des Profils ist fehlgeschlagen</translation>
        </message>
        <message>
            <source>Importing {profile} failed</source>
            <translation>{profile} konnte nicht importiert werden</translation>
        </message>
        <message>
            <source>Letting the networks choose failed</source>
            <translation>Die Wahl konnte nicht den Netzen überlassen werden</translation>
        </message>
        <message>
            <source>The networks in use choose the profile from now on</source>
            <translation>Von jetzt an wählen die benutzten Netze das Profil</translation>
        </message>
        <message>
            <source>{profile} is used with {network}</source>
            <translation>{profile} wird benutzt mit: {network}</translation>
        </message>
        <message>
            <source>Changing what {profile} follows failed</source>
            <translation>Es konnte nicht geändert werden, womit {profile} benutzt wird</translation>
        </message>
        <message>
            <source>{profile} is no longer used with {network}</source>
            <translation>{profile} wird nicht mehr benutzt mit: {network}</translation>
        </message>
        <message>
            <source>Deleting {profile} failed</source>
            <translation>{profile} konnte nicht gelöscht werden</translation>
        </message>
        <message>
            <source>{profile} is deleted; what you decided stays</source>
            <translation>{profile} ist gelöscht; was Sie entschieden haben, bleibt</translation>
        </message>
        <message>
            <source>Undo failed</source>
            <translation>Das konnte nicht rückgängig gemacht werden</translation>
        </message>
        <message>
            <source>It takes the place of the stored one.</source>
            <translation>Es ersetzt das gespeicherte.</translation>
        </message>
        <message>
            <source>Saving {profile} failed</source>
            <translation>{profile} konnte nicht gespeichert werden</translation>
        </message>
        <message>
            <source>Your current decisions are kept as {profile}</source>
            <translation>Ihre jetzigen Entscheidungen sind als {profile} gespeichert</translation>
        </message>
        <message>
            <source>Writing {file} failed</source>
            <translation>{file} konnte nicht geschrieben werden</translation>
        </message>
        <message>
            <source>Written to {file} and signed with a new key, kept in {place}</source>
            <translation>Nach {file} geschrieben und mit einem neuen Schlüssel signiert, aufbewahrt in {place}</translation>
        </message>
        <message>
            <source>Written to {file} and signed with your key</source>
            <translation>Nach {file} geschrieben und mit Ihrem Schlüssel signiert</translation>
        </message>
        <message>
            <source>Trusting the signer failed</source>
            <translation>Dem Unterzeichner konnte nicht vertraut werden</translation>
        </message>
        <message>
            <source>You trust what {signer} signs</source>
            <translation>Sie vertrauen dem, was {signer} signiert</translation>
        </message>
        <message>
            <source>Changing whom you trust failed</source>
            <translation>Wem Sie vertrauen, konnte nicht geändert werden</translation>
        </message>
        <message>
            <source>You no longer trust what {signer} signs</source>
            <translation>Sie vertrauen nicht mehr dem, was {signer} signiert</translation>
        </message>
        <message>
            <source>You have no key yet: it is made when you first sign a profile.</source>
            <translation>Sie haben noch keinen Schlüssel: Er entsteht, wenn Sie zum ersten Mal ein Profil signieren.</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>Speichern</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <source>Let networks choose</source>
            <translation>Netze wählen lassen</translation>
        </message>
        <message>
            <source>{reason}.
Nothing has been changed. Mend the file and open it again.</source>
            <translation>{reason}.
Nichts wurde geändert. Berichtigen Sie die Datei und öffnen Sie sie noch einmal.</translation>
        </message>
        <message>
            <source>{reason}.
Nothing has been changed.</source>
            <translation>{reason}.
Nichts wurde geändert.</translation>
        </message>
        <message>
            <source>A name has letters, digits, spaces, dots, dashes and underscores.</source>
            <translation>Ein Name hat Buchstaben, Ziffern, Leerzeichen, Punkte, Binde- und Unterstriche.</translation>
        </message>
        <message>
            <source>Reading your key failed</source>
            <translation>Ihr Schlüssel konnte nicht gelesen werden</translation>
        </message>
        <message>
            <source>Live</source>
            <translation>Live</translation>
        </message>
        <message>
            <source>Diagnostics</source>
            <translation>Diagnose</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>Einstellungen</translation>
        </message>
        <message>
            <source>Settings of this machine (net.mptcp.*). They count for new connections and stay when mpmanager ends.</source>
            <translation>Einstellungen dieses Rechners (net.mptcp.*). Sie gelten für neue Verbindungen und bleiben, wenn mpmanager endet.</translation>
        </message>
        <message>
            <source>Colours</source>
            <translation>Farben</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>Sprache</translation>
        </message>
        <message>
            <source>Motion</source>
            <translation>Animationen</translation>
        </message>
        <message>
            <source>Trust cables only with a login (802.1X)</source>
            <translation>Kabeln nur mit Anmeldung (802.1X) vertrauen</translation>
        </message>
        <message>
            <source>Without it every cable is trusted, as whoever plugs one in is in the building.</source>
            <translation>Sonst wird jedem Kabel vertraut, denn wer eines einsteckt, ist im Gebäude.</translation>
        </message>
        <message>
            <source>Keep changes over restarts</source>
            <translation>Änderungen über Neustarts behalten</translation>
        </message>
        <message>
            <source>They are of different versions: restart the daemon, or this window.</source>
            <translation>Die Versionen sind verschieden: Starten Sie den Dienst oder dieses Fenster neu.</translation>
        </message>
        <message>
            <source>The window speaks another language when it starts the next time</source>
            <translation>Das Fenster spricht ab dem nächsten Start eine andere Sprache</translation>
        </message>
        <message>
            <source>Pause all notifications</source>
            <translation>Alle Benachrichtigungen aussetzen</translation>
        </message>
        <message>
            <source>Until you say otherwise.</source>
            <translation>Bis Sie etwas anderes sagen.</translation>
        </message>
        <message>
            <source>Follow the desktop</source>
            <translation>Wie der Desktop</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>Hell</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>Dunkel</translation>
        </message>
        <message>
            <source>This window: mpmanager {version}</source>
            <translation>Dieses Fenster: mpmanager {version}</translation>
        </message>
        <message>
            <source>The daemon: mpmanagerd {version}</source>
            <translation>Der Dienst: mpmanagerd {version}</translation>
        </message>
        <message>
            <source>Changing what cables need failed</source>
            <translation>Was Kabel brauchen, konnte nicht geändert werden</translation>
        </message>
        <message>
            <source>Setting {name} failed</source>
            <translation>{name} konnte nicht gesetzt werden</translation>
        </message>
        <message>
            <source>{name} is {value} now, for new connections</source>
            <translation>{name} ist jetzt {value}, für neue Verbindungen</translation>
        </message>
        <message>
            <source>{name} is what it was before mpmanager set it</source>
            <translation>{name} ist wieder, was es war, bevor mpmanager es setzte</translation>
        </message>
        <message>
            <source>Window</source>
            <translation>Fenster</translation>
        </message>
        <message>
            <source>Takes effect when the window starts again.</source>
            <translation>Gilt ab dem nächsten Start des Fensters.</translation>
        </message>
        <message>
            <source>The dots on the flow map, and what slides.</source>
            <translation>Die Punkte auf der Flusskarte und gleitende Bewegungen.</translation>
        </message>
        <message>
            <source>Stay in the tray when the window is closed</source>
            <translation>Beim Schließen des Fensters im Infobereich bleiben</translation>
        </message>
        <message>
            <source>An icon there tells the state by its shape, and brings the window back.</source>
            <translation>Ein Symbol dort zeigt den Zustand durch seine Form und holt das Fenster zurück.</translation>
        </message>
        <message>
            <source>Start in the tray</source>
            <translation>Im Infobereich starten</translation>
        </message>
        <message>
            <source>The window appears when you ask for it.</source>
            <translation>Das Fenster erscheint erst, wenn Sie es öffnen.</translation>
        </message>
        <message>
            <source>Notifications</source>
            <translation>Benachrichtigungen</translation>
        </message>
        <message>
            <source>Trust</source>
            <translation>Vertrauen</translation>
        </message>
        <message>
            <source>The kernel's Multipath TCP</source>
            <translation>Multipath TCP des Kernels</translation>
        </message>
        <message>
            <source>About</source>
            <translation>Über</translation>
        </message>
        <message>
            <source>Reading the settings failed</source>
            <translation>Die Einstellungen konnten nicht gelesen werden</translation>
        </message>
        <message>
            <source>This kernel has no Multipath TCP.</source>
            <translation>Dieser Kernel hat kein Multipath TCP.</translation>
        </message>
        <message>
            <source>Everything works on this machine.</source>
            <translation>Auf diesem Rechner funktioniert alles.</translation>
        </message>
        <message>
            <source>Cables need a login to be trusted now</source>
            <translation>Kabeln wird jetzt nur mit Anmeldung vertraut</translation>
        </message>
        <message>
            <source>Cables need no login now</source>
            <translation>Kabel brauchen jetzt keine Anmeldung</translation>
        </message>
        <message>
            <source>Open mpmanager</source>
            <translation>mpmanager öffnen</translation>
        </message>
        <message>
            <source>Quit</source>
            <translation>Beenden</translation>
        </message>
        <message>
            <source>Resume enforcing</source>
            <translation>Durchsetzung fortsetzen</translation>
        </message>
        <message>
            <source>Pause enforcing for 10 min</source>
            <translation>Durchsetzung 10 min aussetzen</translation>
        </message>
        <message>
            <source>Taken back: {change}</source>
            <translation>Rückgängig gemacht: {change}</translation>
        </message>
        <message>
            <source>Made again: {change}</source>
            <translation>Wiederhergestellt: {change}</translation>
        </message>
        <message>
            <source>Taking a change back failed</source>
            <translation>Eine Änderung konnte nicht rückgängig gemacht werden</translation>
        </message>
        <message>
            <source>Making a change again failed</source>
            <translation>Eine Änderung konnte nicht wiederhergestellt werden</translation>
        </message>
        <message>
            <source>Keeping a change failed</source>
            <translation>Eine Änderung konnte nicht behalten werden</translation>
        </message>
        <message>
            <source>There is nothing to take back</source>
            <translation>Es gibt nichts rückgängig zu machen</translation>
        </message>
        <message>
            <source>There is nothing to make again</source>
            <translation>Es gibt nichts wiederherzustellen</translation>
        </message>
        <message>
            <source>{connected}, {ruled}</source>
            <translation>{connected}, {ruled}</translation>
        </message>
        <message>
            <source>No rule of its own</source>
            <translation>Keine eigene Regel</translation>
        </message>
        <message>
            <source>All others</source>
            <translation>Alle anderen</translation>
        </message>
        <message>
            <source>ended</source>
            <translation>beendet</translation>
        </message>
        <message>
            <source>Not told from others</source>
            <translation>Von anderen nicht zu unterscheiden</translation>
        </message>
        <message>
            <source>{kind}: {rule}</source>
            <translation>{kind}: {rule}</translation>
        </message>
        <message>
            <source>No rule of its own: as all others</source>
            <translation>Keine eigene Regel: wie alle anderen</translation>
        </message>
        <message>
            <source>New rule</source>
            <translation>Neue Regel</translation>
        </message>
        <message>
            <source>{count} connected</source>
            <translation>{count} verbunden</translation>
        </message>
        <message>
            <source>{count} with a rule of its own</source>
            <translation>{count} mit eigener Regel</translation>
        </message>
        <message>
            <source>{count} with rules of their own</source>
            <translation>{count} mit eigenen Regeln</translation>
        </message>
        <message>
            <source>not connected</source>
            <translation>nicht verbunden</translation>
        </message>
        <message>
            <source>trust: {badge}</source>
            <translation>Vertrauen: {badge}</translation>
        </message>
        <message>
            <source>multipath: {badge}</source>
            <translation>Multipath: {badge}</translation>
        </message>
        <message>
            <source>Default: {rule}</source>
            <translation>Standard: {rule}</translation>
        </message>
        <message>
            <source>Enforced</source>
            <translation>Durchgesetzt</translation>
        </message>
        <message>
            <source>Best effort</source>
            <translation>So gut es geht</translation>
        </message>
        <message>
            <source>Not possible here</source>
            <translation>Hier nicht möglich</translation>
        </message>
        <message>
            <source>nothing is demanded of it</source>
            <translation>es wird nichts davon verlangt</translation>
        </message>
        <message>
            <source>the kernel lets nothing else happen</source>
            <translation>der Kernel lässt nichts anderes zu</translation>
        </message>
        <message>
            <source>it shares its control group with other programs; mpm run gives it one of its own</source>
            <translation>sie teilt ihre Control Group mit anderen Programmen; mpm run gibt ihr eine eigene</translation>
        </message>
        <message>
            <source>this machine's kernel cannot enforce it</source>
            <translation>der Kernel dieses Rechners kann es nicht durchsetzen</translation>
        </message>
        <message>
            <source>no path was trusted when it opened, and it was let go</source>
            <translation>als sie begann, war kein Pfad vertrauenswürdig, und sie wurde zugelassen</translation>
        </message>
        <message>
            <source>it opened on a path that was not trusted, before this was demanded</source>
            <translation>sie begann auf einem nicht vertrauenswürdigen Pfad, bevor das verlangt wurde</translation>
        </message>
        <message>
            <source>the other end opened it, on a path that is not trusted</source>
            <translation>die Gegenseite hat sie begonnen, auf einem nicht vertrauenswürdigen Pfad</translation>
        </message>
        <message>
            <source>the other end speaks no Multipath TCP: there is no key to protect, and one path only</source>
            <translation>die Gegenseite spricht kein Multipath TCP: es gibt keinen Schlüssel zu schützen und nur einen Pfad</translation>
        </message>
        <message>
            <source>the kernel holds programs, not destinations</source>
            <translation>der Kernel hält Programme fest, keine Ziele</translation>
        </message>
        <message>
            <source>the kernel holds control groups, and no script has one of its own</source>
            <translation>der Kernel hält Control Groups fest, und kein Skript hat eine eigene</translation>
        </message>
        <message>
            <source>Not known yet</source>
            <translation>Noch nicht bekannt</translation>
        </message>
        <message>
            <source>enforced if it runs in a control group of its own, else best effort; its connections will tell</source>
            <translation>durchgesetzt, wenn sie in einer eigenen Control Group läuft, sonst so gut es geht; ihre Verbindungen werden es zeigen</translation>
        </message>
        <message>
            <source>Yes</source>
            <translation>Ja</translation>
        </message>
        <message>
            <source>it asks for Multipath TCP itself</source>
            <translation>sie verlangt selbst Multipath TCP</translation>
        </message>
        <message>
            <source>Partly</source>
            <translation>Teilweise</translation>
        </message>
        <message>
            <source>No</source>
            <translation>Nein</translation>
        </message>
        <message>
            <source>{used} of {limit}</source>
            <translation>{used} von {limit}</translation>
        </message>
        <message>
            <source>{bytes} in all</source>
            <translation>{bytes} gesamt</translation>
        </message>
        <message>
            <source>{gateway} has answered {received} of {sent} questions, within {median} ({least} to {most}).</source>
            <translation>{gateway} hat {received} von {sent} Anfragen beantwortet, nach {median} ({least} bis {most}).</translation>
        </message>
        <message>
            <source>{path} may carry {amount} more today</source>
            <translation>{path} darf heute {amount} mehr übertragen</translation>
        </message>
        <message>
            <source>Nothing new</source>
            <translation>Nichts Neues</translation>
        </message>
        <message>
            <source>Stand by</source>
            <translation>Nur als Reserve</translation>
        </message>
        <message>
            <source>When the cap is reached, no new subflow is made here.</source>
            <translation>Ist das Datenlimit erreicht, entsteht hier kein neuer Subflow.</translation>
        </message>
        <message>
            <source>When the cap is reached, it is used only if nothing else is left.</source>
            <translation>Ist das Datenlimit erreicht, wird er nur benutzt, wenn sonst nichts mehr geht.</translation>
        </message>
        <message>
            <source>Automatic</source>
            <translation>Automatisch</translation>
        </message>
        <message>
            <source>Metered</source>
            <translation>Getaktet</translation>
        </message>
        <message>
            <source>Not metered</source>
            <translation>Nicht getaktet</translation>
        </message>
        <message>
            <source>Metered, by what is known of it: little is spent here by itself.</source>
            <translation>Getaktet, nach allem, was bekannt ist: Von selbst wird hier wenig verbraucht.</translation>
        </message>
        <message>
            <source>Not metered, by what is known of it.</source>
            <translation>Nicht getaktet, nach allem, was bekannt ist.</translation>
        </message>
        <message>
            <source>Metered, as you have said: little is spent here by itself.</source>
            <translation>Getaktet, wie Sie es festgelegt haben: Von selbst wird hier wenig verbraucht.</translation>
        </message>
        <message>
            <source>Not metered, as you have said.</source>
            <translation>Nicht getaktet, wie Sie es festgelegt haben.</translation>
        </message>
        <message>
            <source>Over 75 % are used.</source>
            <translation>Über 75 % sind verbraucht.</translation>
        </message>
        <message>
            <source>Over 95 % are used.</source>
            <translation>Über 95 % sind verbraucht.</translation>
        </message>
        <message>
            <source>The cap is reached.</source>
            <translation>Das Datenlimit ist erreicht.</translation>
        </message>
        <message>
            <source>Begins anew at midnight</source>
            <translation>Beginnt um Mitternacht neu</translation>
        </message>
        <message>
            <source>{used} of {limit} and {more} more today</source>
            <translation>{used} von {limit} und heute {more} mehr</translation>
        </message>
        <message>
            <source>{today} today, {period} in this billing month, both directions.</source>
            <translation>{today} heute, {period} in diesem Abrechnungsmonat, in beiden Richtungen.</translation>
        </message>
        <message>
            <source>{bytes} today</source>
            <translation>{bytes} heute</translation>
        </message>
        <message>
            <source>{gateway} has answered none of {sent} questions. Many gateways never do: watch whether data passes.</source>
            <translation>{gateway} hat keine von {sent} Anfragen beantwortet. Viele Gateways tun das nie: Achten Sie darauf, ob Daten fließen.</translation>
        </message>
        <message>
            <source>{path} has no cap now</source>
            <translation>{path} hat jetzt kein Datenlimit</translation>
        </message>
        <message>
            <source>{path}: whether it is metered is automatic now</source>
            <translation>{path}: ob er getaktet ist, ergibt sich jetzt automatisch</translation>
        </message>
        <message>
            <source>{path} is metered now</source>
            <translation>{path} gilt jetzt als getaktet</translation>
        </message>
        <message>
            <source>{path} is not metered now</source>
            <translation>{path} gilt jetzt als nicht getaktet</translation>
        </message>
        <message>
            <source>This daemon does not count what paths carry.</source>
            <translation>Dieser Dienst zählt nicht, was Pfade übertragen.</translation>
        </message>
        <message>
            <source>At this rate it will be {forecast} at the end of it.</source>
            <translation>Geht es so weiter, werden es am Ende {forecast}.</translation>
        </message>
        <message>
            <source>Type an amount below: you are warned at 75 and at 95 % of it.</source>
            <translation>Geben Sie unten eine Menge ein: Bei 75 und bei 95 % davon werden Sie gewarnt.</translation>
        </message>
        <message>
            <source>{amount} a month from day {day}</source>
            <translation>{amount} im Monat ab Tag {day}</translation>
        </message>
        <message>
            <source>{amount} a day</source>
            <translation>{amount} am Tag</translation>
        </message>
        <message>
            <source>{text} is no amount of data; write it as 5 GB or 200 MB</source>
            <translation>{text} ist keine Datenmenge; schreiben Sie etwa 5 GB oder 200 MB</translation>
        </message>
        <message>
            <source>This billing month</source>
            <translation>Abrechnungsmonat</translation>
        </message>
        <message>
            <source>Today</source>
            <translation>Heute</translation>
        </message>
        <message>
            <source>Begins anew in {count} day</source>
            <translation>Beginnt in {count} Tag neu</translation>
        </message>
        <message>
            <source>Begins anew in {count} days</source>
            <translation>Beginnt in {count} Tagen neu</translation>
        </message>
        <message>
            <source>Network {network}</source>
            <translation>Netz {network}</translation>
        </message>
        <message>
            <source>Interface {name}</source>
            <translation>Schnittstelle {name}</translation>
        </message>
        <message>
            <source>Profile {name} goes with {network}</source>
            <translation>Profil {name} gehört zu {network}</translation>
        </message>
        <message>
            <source>Cables are trusted only with a login</source>
            <translation>Kabeln wird nur mit Anmeldung vertraut</translation>
        </message>
        <message>
            <source>Cables are trusted also without a login</source>
            <translation>Kabeln wird auch ohne Anmeldung vertraut</translation>
        </message>
        <message>
            <source>Undo, with {count} later</source>
            <translation>Rückgängig, samt {count} späteren</translation>
        </message>
        <message>
            <source>Yesterday</source>
            <translation>Gestern</translation>
        </message>
        <message>
            <source>Profile {name} is in force</source>
            <translation>Profil {name} gilt</translation>
        </message>
        <message>
            <source>No profile goes with {network} any more</source>
            <translation>Zu {network} gehört kein Profil mehr</translation>
        </message>
        <message>
            <source>automatic</source>
            <translation>automatisch</translation>
        </message>
        <message>
            <source>as detected</source>
            <translation>wie erkannt</translation>
        </message>
        <message>
            <source>by the network in use</source>
            <translation>durch das benutzte Netz</translation>
        </message>
        <message>
            <source>you</source>
            <translation>Sie</translation>
        </message>
        <message>
            <source>Taken back: {change}. It is made again in {count} second.</source>
            <translation>Rückgängig gemacht: {change}. In {count} Sekunde wird das wiederhergestellt.</translation>
        </message>
        <message>
            <source>Taken back: {change}. It is made again in {count} seconds.</source>
            <translation>Rückgängig gemacht: {change}. In {count} Sekunden wird das wiederhergestellt.</translation>
        </message>
        <message>
            <source>{change}. It is taken back in {count} second.</source>
            <translation>{change}. In {count} Sekunde wird das rückgängig gemacht.</translation>
        </message>
        <message>
            <source>{change}. It is taken back in {count} seconds.</source>
            <translation>{change}. In {count} Sekunden wird das rückgängig gemacht.</translation>
        </message>
        <message>
            <source>{sentence} No path is left now.</source>
            <translation>{sentence} Jetzt ist kein Pfad mehr übrig.</translation>
        </message>
        <message>
            <source>Redo</source>
            <translation>Wiederholen</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>Rückgängig</translation>
        </message>
        <message>
            <source>waits to be kept</source>
            <translation>noch nicht behalten</translation>
        </message>
        <message>
            <source>taken back at {time}</source>
            <translation>rückgängig gemacht um {time}</translation>
        </message>
        <message>
            <source>Traffic of the last five minutes: {what}.</source>
            <translation>Verkehr der letzten fünf Minuten: {what}.</translation>
        </message>
        <message>
            <source>{path} downloads {rate} now, {peak} at most</source>
            <translation>{path} lädt jetzt {rate} herunter, höchstens {peak}</translation>
        </message>
        <message>
            <source>{count} losses</source>
            <translation>{count} Ausfälle</translation>
        </message>
        <message>
            <source>{count} returns</source>
            <translation>{count}-mal zurück</translation>
        </message>
        <message>
            <source>{count} fail-overs</source>
            <translation>{count} Umschaltungen</translation>
        </message>
        <message>
            <source>{count} openings</source>
            <translation>{count} Öffnungen</translation>
        </message>
        <message>
            <source>{count} changes</source>
            <translation>{count} Änderungen</translation>
        </message>
        <message>
            <source>Traffic of the last five minutes: nothing was measured yet.</source>
            <translation>Verkehr der letzten fünf Minuten: noch wurde nichts gemessen.</translation>
        </message>
        <message>
            <source>{path} not measured</source>
            <translation>{path} nicht gemessen</translation>
        </message>
        <message>
            <source>unknown</source>
            <translation>unbekannt</translation>
        </message>
        <message>
            <source>{count} event</source>
            <translation>{count} Ereignis</translation>
        </message>
        <message>
            <source>{count} events</source>
            <translation>{count} Ereignisse</translation>
        </message>
        <message>
            <source>{count} gap without measurement</source>
            <translation>{count} Lücke ohne Messung</translation>
        </message>
        <message>
            <source>{count} gaps without measurement</source>
            <translation>{count} Lücken ohne Messung</translation>
        </message>
        <message>
            <source>down</source>
            <translation>herunter</translation>
        </message>
        <message>
            <source>up</source>
            <translation>hinauf</translation>
        </message>
        <message>
            <source>now</source>
            <translation>jetzt</translation>
        </message>
        <message>
            <source>The daemon went away. Reconnecting; what you see is the last it said.</source>
            <translation>Der Dienst ist weg. Die Verbindung wird neu gesucht; zu sehen ist, was er zuletzt gesagt hat.</translation>
        </message>
        <message>
            <source>{reason} This window connects by itself as soon as the daemon runs.</source>
            <translation>{reason} Dieses Fenster verbindet sich von selbst, sobald der Dienst läuft.</translation>
        </message>
        <message>
            <source>Not everything works on this machine: {sentences}</source>
            <translation>Auf diesem Rechner funktioniert nicht alles: {sentences}</translation>
        </message>
        <message>
            <source>Connecting</source>
            <translation>Verbindung wird hergestellt</translation>
        </message>
        <message>
            <source>No daemon</source>
            <translation>Kein Dienst</translation>
        </message>
        <message>
            <source>Connected</source>
            <translation>Verbunden</translation>
        </message>
        <message>
            <source>Reconnecting</source>
            <translation>Wird neu verbunden</translation>
        </message>
        <message>
            <source>system bus</source>
            <translation>Systembus</translation>
        </message>
        <message>
            <source>session bus</source>
            <translation>Sitzungsbus</translation>
        </message>
        <message>
            <source>private bus</source>
            <translation>privater Bus</translation>
        </message>
        <message>
            <source>bus by address</source>
            <translation>Bus nach Adresse</translation>
        </message>
        <message>
            <source>Start the daemon on your session bus</source>
            <translation>Starten Sie den Dienst auf Ihrem Sitzungsbus</translation>
        </message>
        <message>
            <source>Start the daemon with its own bus in that directory</source>
            <translation>Starten Sie den Dienst mit seinem eigenen Bus in diesem Verzeichnis</translation>
        </message>
        <message>
            <source>Start the daemon on that bus</source>
            <translation>Starten Sie den Dienst auf diesem Bus</translation>
        </message>
        <message>
            <source>Choose something else and try again.</source>
            <translation>Wählen Sie etwas anderes und versuchen Sie es noch einmal.</translation>
        </message>
        <message>
            <source>Ask whoever administers this machine, or start the window as that user.</source>
            <translation>Fragen Sie die Person, die diesen Rechner verwaltet, oder starten Sie das Fenster als dieser Benutzer.</translation>
        </message>
        <message>
            <source>Try again in a moment.</source>
            <translation>Versuchen Sie es gleich noch einmal.</translation>
        </message>
        <message>
            <source>Or, in a source tree, try it without touching this machine's network: a lab with three emulated links and its own window</source>
            <translation>Oder probieren Sie es in einem Quellbaum aus, ohne das Netz dieses Rechners zu berühren: ein Labor mit drei nachgebildeten Verbindungen und eigenem Fenster</translation>
        </message>
        <message>
            <source>Start the daemon with a bus of its own</source>
            <translation>Starten Sie den Dienst mit einem eigenen Bus</translation>
        </message>
        <message>
            <source>and the window on that bus</source>
            <translation>und das Fenster auf diesem Bus</translation>
        </message>
        <message>
            <source>{path} has a carrier and no address of global scope.</source>
            <translation>{path} hat ein Trägersignal und keine weltweit gültige Adresse.</translation>
        </message>
        <message>
            <source>{path} has {addresses} and no default route.</source>
            <translation>{path} hat {addresses} und keine Standardroute.</translation>
        </message>
        <message>
            <source>What leaves from {address} goes nowhere: {detail}.</source>
            <translation>Was von {address} ausgeht, führt nirgendwohin: {detail}.</translation>
        </message>
        <message>
            <source>{address} has answered no echo request over {path}. Others have answered over this path, so it forwards.</source>
            <translation>{address} hat über {path} auf kein Ping geantwortet. Andere haben über diesen Pfad geantwortet, er leitet also weiter.</translation>
        </message>
        <message>
            <source>{address} has answered no echo request over {path}.</source>
            <translation>{address} hat über {path} auf kein Ping geantwortet.</translation>
        </message>
        <message>
            <source>The name server {address}, asked over {path}, has not answered.</source>
            <translation>Der Nameserver {address} hat über {path} nicht geantwortet.</translation>
        </message>
        <message>
            <source>The name server {address}, asked over {path}, answered: {detail}.</source>
            <translation>Der Nameserver {address} hat über {path} geantwortet: {detail}.</translation>
        </message>
        <message>
            <source>{target} refused the connection over {path}; over another path it answers.</source>
            <translation>{target} hat die Verbindung über {path} abgelehnt; über einen anderen Pfad antwortet der Server.</translation>
        </message>
        <message>
            <source>{target} refused the connection over {path}.</source>
            <translation>{target} hat die Verbindung über {path} abgelehnt.</translation>
        </message>
        <message>
            <source>{target} has not answered over {path}; over another path it answers.</source>
            <translation>{target} hat über {path} nicht geantwortet; über einen anderen Pfad antwortet der Server.</translation>
        </message>
        <message>
            <source>{target} has not answered over {path}.</source>
            <translation>{target} hat über {path} nicht geantwortet.</translation>
        </message>
        <message>
            <source>{target} answers with MP_CAPABLE over another path and without it over {path}.</source>
            <translation>{target} antwortet über einen anderen Pfad mit MP_CAPABLE und über {path} ohne.</translation>
        </message>
        <message>
            <source>Over {path} {target} answers plain TCP, and no SYN that asks for Multipath TCP.</source>
            <translation>Über {path} antwortet {target} auf gewöhnliches TCP, aber auf kein SYN, das Multipath TCP verlangt.</translation>
        </message>
        <message>
            <source>MP_CAPABLE passes over {path}; a subflow that joins there does not come about: {detail}.</source>
            <translation>MP_CAPABLE kommt über {path} durch; ein weiterer Subflow kommt dort nicht zustande: {detail}.</translation>
        </message>
        <message>
            <source>MP_CAPABLE passes over {path}; a subflow that joins there does not come about.</source>
            <translation>MP_CAPABLE kommt über {path} durch; ein weiterer Subflow kommt dort nicht zustande.</translation>
        </message>
        <message>
            <source>{target} answers without MP_CAPABLE over every path that was tried.</source>
            <translation>{target} antwortet über jeden geprüften Pfad ohne MP_CAPABLE.</translation>
        </message>
        <message>
            <source>{names}: the connection to {remote} has fallen back to plain TCP.</source>
            <translation>{names}: Die Verbindung zu {remote} ist auf gewöhnliches TCP zurückgefallen.</translation>
        </message>
        <message>
            <source>net.mptcp.path_manager is {value}, and not userspace.</source>
            <translation>net.mptcp.path_manager ist {value} und nicht userspace.</translation>
        </message>
        <message>
            <source>{app}: 1 connection is plain TCP, although a rule asks for Multipath TCP.</source>
            <translation>{app}: 1 Verbindung ist gewöhnliches TCP, obwohl eine Regel Multipath TCP verlangt.</translation>
        </message>
        <message>
            <source>{app}: 1 connection is plain TCP.</source>
            <translation>{app}: 1 Verbindung ist gewöhnliches TCP.</translation>
        </message>
        <message>
            <source>{app}: {count} connections are plain TCP, although a rule asks for Multipath TCP.</source>
            <translation>{app}: {count} Verbindungen sind gewöhnliches TCP, obwohl eine Regel Multipath TCP verlangt.</translation>
        </message>
        <message>
            <source>{app}: {count} connections are plain TCP.</source>
            <translation>{app}: {count} Verbindungen sind gewöhnliches TCP.</translation>
        </message>
        <message>
            <source>{path} has carried {used} of {cap} bytes this month.</source>
            <translation>{path} hat in diesem Monat {used} von {cap} Bytes übertragen.</translation>
        </message>
        <message>
            <source>{path} has carried {used} of {cap} bytes this day.</source>
            <translation>{path} hat heute {used} von {cap} Bytes übertragen.</translation>
        </message>
        <message>
            <source>The rule of {selector} has no effect: a temporary one says all of it anew, until this machine restarts.</source>
            <translation>Die Regel für {selector} wirkt nicht: Eine vorübergehende legt alles neu fest, bis dieser Rechner neu startet.</translation>
        </message>
        <message>
            <source>The rule of {selector} has no effect: a temporary one says all of it anew, for a while.</source>
            <translation>Die Regel für {selector} wirkt nicht: Eine vorübergehende legt alles für eine Weile neu fest.</translation>
        </message>
        <message>
            <source>What this kernel can do could not be tried: {detail}.</source>
            <translation>Was dieser Kernel kann, ließ sich nicht prüfen: {detail}.</translation>
        </message>
        <message>
            <source>A new subflow does not take the backup flag with it: it is set right after, and the first data of a transfer, some 65 kB, may go over a standby path.</source>
            <translation>Ein neuer Subflow nimmt die Backup-Markierung nicht mit: Sie wird gleich danach gesetzt, und die ersten Daten einer Übertragung, etwa 65 kB, gehen vielleicht über einen Pfad in Bereitschaft.</translation>
        </message>
        <message>
            <source>A new subflow is not bound to the interface of its path: rules for its source address alone lead it there.</source>
            <translation>Ein neuer Subflow ist nicht an die Schnittstelle seines Pfads gebunden: Nur Regeln für seine Quelladresse führen ihn dorthin.</translation>
        </message>
        <message>
            <source>A connection does not count its bytes: those of its subflows are added up.</source>
            <translation>Eine Verbindung zählt ihre Bytes nicht: Die ihrer Subflows werden zusammengezählt.</translation>
        </message>
        <message>
            <source>A program (not visible from here) hears what the kernel tells path managers.</source>
            <translation>Ein Programm (von hier aus nicht sichtbar) hört, was der Kernel Path-Managern mitteilt.</translation>
        </message>
        <message>
            <source>A program (process {pid}) hears what the kernel tells path managers.</source>
            <translation>Ein Programm (Prozess {pid}) hört, was der Kernel Path-Managern mitteilt.</translation>
        </message>
        <message>
            <source>{app} (process {pid}) hears what the kernel tells path managers.</source>
            <translation>{app} (Prozess {pid}) hört, was der Kernel Path-Managern mitteilt.</translation>
        </message>
        <message>
            <source>The kernel's own path manager has endpoints: {addresses}.</source>
            <translation>Der Path-Manager des Kernels selbst hat Endpunkte: {addresses}.</translation>
        </message>
        <message>
            <source>The history is not written: {reason}.</source>
            <translation>Der Verlauf wird nicht geschrieben: {reason}.</translation>
        </message>
        <message>
            <source>Multipath TCP for programs that do not ask for it: {reason}.</source>
            <translation>Multipath TCP für Programme, die es nicht verlangen: {reason}.</translation>
        </message>
        <message>
            <source>Programs cannot set MPTCP_EXPIRATION and MPTCP_TRUSTED on this machine: {reason}.</source>
            <translation>Programme können auf diesem Rechner MPTCP_EXPIRATION und MPTCP_TRUSTED nicht setzen: {reason}.</translation>
        </message>
        <message>
            <source>Trust is not enforced as it should be: {reason}.</source>
            <translation>Vertrauen wird nicht so durchgesetzt, wie es sein soll: {reason}.</translation>
        </message>
        <message>
            <source>Cgroup v2 is not mounted: applications are recognised by their processes only.</source>
            <translation>cgroup v2 ist nicht eingehängt: Anwendungen werden nur an ihren Prozessen erkannt.</translation>
        </message>
        <message>
            <source>Profile {name}: {reason}.</source>
            <translation>Profil {name}: {reason}.</translation>
        </message>
        <message>
            <source>mpmanagerd does not run on the {bus} bus.</source>
            <translation>Auf dem Bus {bus} läuft mpmanagerd nicht.</translation>
        </message>
        <message>
            <source>no bus at {address} ({detail}); is mpmanagerd running?</source>
            <translation>Bei {address} ist kein Bus ({detail}); läuft mpmanagerd?</translation>
        </message>
        <message>
            <source>the daemon does not answer.</source>
            <translation>Der Dienst antwortet nicht.</translation>
        </message>
        <message>
            <source>the connection to the daemon broke.</source>
            <translation>Die Verbindung zum Dienst ist abgebrochen.</translation>
        </message>
        <message>
            <source>{target}, asked over {path}: {detail}.</source>
            <translation>{target}, gefragt über {path}: {detail}.</translation>
        </message>
        <message>
            <source>Not asked, as nobody was named: {steps}.</source>
            <translation>Nicht gefragt, weil niemand genannt wurde: {steps}.</translation>
        </message>
        <message>
            <source>Not proven: enforcing is paused until {time}, so nothing is held to anything.</source>
            <translation>Nicht bewiesen: Die Durchsetzung ist bis {time} ausgesetzt, es gibt also nichts, was gilt.</translation>
        </message>
        <message>
            <source>{app}: {count} connection of plain TCP could not move</source>
            <translation>{app}: {count} Verbindung mit einfachem TCP konnte nicht ausweichen</translation>
        </message>
        <message>
            <source>{app}: {count} connections of plain TCP could not move</source>
            <translation>{app}: {count} Verbindungen mit einfachem TCP konnten nicht ausweichen</translation>
        </message>
        <message>
            <source>Problem</source>
            <translation>Problem</translation>
        </message>
        <message>
            <source>Warning</source>
            <translation>Warnung</translation>
        </message>
        <message>
            <source>Note</source>
            <translation>Hinweis</translation>
        </message>
        <message>
            <source>Route</source>
            <translation>Route</translation>
        </message>
        <message>
            <source>Gateway</source>
            <translation>Gateway</translation>
        </message>
        <message>
            <source>Name server</source>
            <translation>Nameserver</translation>
        </message>
        <message>
            <source>Captive portal</source>
            <translation>Anmeldeportal</translation>
        </message>
        <message>
            <source>Server by TCP</source>
            <translation>Server über TCP</translation>
        </message>
        <message>
            <source>SYN of Multipath TCP</source>
            <translation>SYN von Multipath TCP</translation>
        </message>
        <message>
            <source>MP_CAPABLE</source>
            <translation>MP_CAPABLE</translation>
        </message>
        <message>
            <source>MP_JOIN</source>
            <translation>MP_JOIN</translation>
        </message>
        <message>
            <source>ADD_ADDR</source>
            <translation>ADD_ADDR</translation>
        </message>
        <message>
            <source>answers</source>
            <translation>antwortet</translation>
        </message>
        <message>
            <source>silent</source>
            <translation>stumm</translation>
        </message>
        <message>
            <source>refused</source>
            <translation>abgelehnt</translation>
        </message>
        <message>
            <source>filtered</source>
            <translation>gefiltert</translation>
        </message>
        <message>
            <source>portal</source>
            <translation>Portal</translation>
        </message>
        <message>
            <source>no route</source>
            <translation>keine Route</translation>
        </message>
        <message>
            <source>not allowed here</source>
            <translation>hier nicht erlaubt</translation>
        </message>
        <message>
            <source>not seen</source>
            <translation>nicht gesehen</translation>
        </message>
        <message>
            <source>not asked</source>
            <translation>nicht gefragt</translation>
        </message>
        <message>
            <source>none</source>
            <translation>keine</translation>
        </message>
        <message>
            <source>{count} finding to look at.</source>
            <translation>Zu beachten: {count} Befund.</translation>
        </message>
        <message>
            <source>{count} findings to look at.</source>
            <translation>Zu beachten: {count} Befunde.</translation>
        </message>
        <message>
            <source>There was nothing to prove: no path is untrusted, or nothing is demanded.</source>
            <translation>Es gab nichts zu beweisen: Jedem Pfad wird vertraut, oder nichts wird verlangt.</translation>
        </message>
        <message>
            <source>Proven by {count} attempt.</source>
            <translation>Bewiesen durch {count} Versuch.</translation>
        </message>
        <message>
            <source>Proven by {count} attempts.</source>
            <translation>Bewiesen durch {count} Versuche.</translation>
        </message>
        <message>
            <source>{count} check has FAILED.</source>
            <translation>{count} Prüfung ist FEHLGESCHLAGEN.</translation>
        </message>
        <message>
            <source>{count} checks have FAILED.</source>
            <translation>{count} Prüfungen sind FEHLGESCHLAGEN.</translation>
        </message>
        <message>
            <source>went on</source>
            <translation>lief weiter</translation>
        </message>
        <message>
            <source>stalled</source>
            <translation>stockte</translation>
        </message>
        <message>
            <source>was quiet</source>
            <translation>war untätig</translation>
        </message>
        <message>
            <source>{app} went on by {paths} after {waited}; {bytes} went there</source>
            <translation>{app} lief nach {waited} über {paths} weiter; {bytes} gingen darüber</translation>
        </message>
        <message>
            <source>{app} {outcome} for {waited}</source>
            <translation>{app} {outcome} ({waited})</translation>
        </message>
        <message>
            <source>{path} was away for {seconds} s: {count} connection did not go on.</source>
            <translation>{path} war {seconds} s lang weg: {count} Verbindung lief nicht weiter.</translation>
        </message>
        <message>
            <source>{path} was away for {seconds} s: {count} connections did not go on.</source>
            <translation>{path} war {seconds} s lang weg: {count} Verbindungen liefen nicht weiter.</translation>
        </message>
        <message>
            <source>{path} was away for {seconds} s: everything went on.</source>
            <translation>{path} war {seconds} s lang weg: Alles lief weiter.</translation>
        </message>
        <message>
            <source>Nothing is wrong, as far as was asked.</source>
            <translation>Alles in Ordnung, soweit gefragt wurde.</translation>
        </message>
        <message>
            <source>Nothing has failed, and something could not be proven.</source>
            <translation>Nichts ist fehlgeschlagen, aber etwas ließ sich nicht beweisen.</translation>
        </message>
        <message>
            <source>{app} went on after {waited}</source>
            <translation>{app} lief nach {waited} weiter</translation>
        </message>
        <message>
            <source>{path} was away for {seconds} s: nothing used it.</source>
            <translation>{path} war {seconds} s lang weg: Nichts benutzte ihn.</translation>
        </message>
        <message>
            <source>Not proven: listening on all interfaces needs root, and that was not granted. In a terminal:</source>
            <translation>Nicht bewiesen: Auf allen Schnittstellen darf nur root lauschen, und das wurde nicht gewährt. In einem Terminal:</translation>
        </message>
        <message>
            <source>it said nothing</source>
            <translation>es kam keine Begründung</translation>
        </message>
        <message>
            <source>Not proven: {reason}.</source>
            <translation>Nicht bewiesen: {reason}.</translation>
        </message>
        <message>
            <source>Somebody else has changed this rule meanwhile. Your changes are kept on top of that.</source>
            <translation>Jemand anderes hat diese Regel inzwischen geändert. Ihre Änderungen bleiben darauf erhalten.</translation>
        </message>
        <message>
            <source>Somebody else has changed this rule meanwhile, also: {parts}. Your choice counts if you apply it.</source>
            <translation>Jemand anderes hat diese Regel inzwischen geändert, auch: {parts}. Ihre Wahl gilt, wenn Sie sie anwenden.</translation>
        </message>
        <message>
            <source>Below, drag a path to the lane that says when it may carry data. Its shield says whether its network is trusted: click it to decide.</source>
            <translation>Ziehen Sie unten einen Pfad in die Spur, die sagt, wann er Daten übertragen darf. Sein Schild zeigt, ob seinem Netz vertraut wird: Klicken Sie darauf, um zu entscheiden.</translation>
        </message>
        <message>
            <source>and 1 other</source>
            <translation>und 1 weitere</translation>
        </message>
        <message>
            <source>and {count} others</source>
            <translation>und {count} weitere</translation>
        </message>
        <message>
            <source>No application carries anything at the moment.</source>
            <translation>Zurzeit überträgt keine Anwendung etwas.</translation>
        </message>
        <message>
            <source>The width grows with the square root of the rate; dots move the way most bytes go</source>
            <translation>Die Breite wächst mit der Wurzel der Datenrate; die Punkte laufen in die Richtung der meisten Bytes</translation>
        </message>
        <message>
            <source>Internet</source>
            <translation>Internet</translation>
        </message>
        <message>
            <source>{application} over {path}: {down} down, {up} up.</source>
            <translation>{application} über {path}: {down} herunter, {up} hinauf.</translation>
        </message>
        <message>
            <source>Applications have their places here while they use Multipath TCP</source>
            <translation>Anwendungen stehen hier, solange sie Multipath TCP benutzen</translation>
        </message>
        <message>
            <source>quiet</source>
            <translation>untätig</translation>
        </message>
        <message>
            <source>{allowed} The last time it waited {waited}.</source>
            <translation>{allowed} Zuletzt warteten sie {waited}.</translation>
        </message>
        <message>
            <source>Its data may wait {wait}.</source>
            <translation>Die Daten dürfen {wait} warten.</translation>
        </message>
        <message>
            <source>{allowed} So far nothing has waited longer.</source>
            <translation>{allowed} Bisher wartete nichts länger.</translation>
        </message>
        <message>
            <source>Its data waits for its own path.</source>
            <translation>Die Daten warten auf ihren eigenen Pfad.</translation>
        </message>
        <message>
            <source>The rule of {rule} keeps it there.</source>
            <translation>Die Regel von {rule} hält sie dort.</translation>
        </message>
        <message>
            <source>Last minute, at most {rate}</source>
            <translation>Letzte Minute, höchstens {rate}</translation>
        </message>
        <message>
            <source>Download</source>
            <translation>Download</translation>
        </message>
        <message>
            <source>Upload</source>
            <translation>Upload</translation>
        </message>
        <message>
            <source>Round trip</source>
            <translation>Umlaufzeit</translation>
        </message>
        <message>
            <source>Sent again</source>
            <translation>Erneut gesendet</translation>
        </message>
        <message>
            <source>Where no trusted path is left its data waits.</source>
            <translation>Wo kein vertrauenswürdiger Pfad bleibt, warten die Daten.</translation>
        </message>
        <message>
            <source>It may use every path that its tier allows.</source>
            <translation>Sie darf jeden Pfad benutzen, dessen Spur es erlaubt.</translation>
        </message>
        <message>
            <source>The rules about it, in the order in which they count:</source>
            <translation>Die Regeln dazu, in der Reihenfolge, in der sie zählen:</translation>
        </message>
        <message>
            <source>Since the daemon started: {counts}; helpers carried {bytes}.</source>
            <translation>Seit dem Start des Dienstes: {counts}; helfende Pfade übertrugen {bytes}.</translation>
        </message>
        <message>
            <source>data is on time</source>
            <translation>Daten sind pünktlich</translation>
        </message>
        <message>
            <source>{path} is full</source>
            <translation>{path} ist voll</translation>
        </message>
        <message>
            <source>{path} answers nothing</source>
            <translation>{path} antwortet nicht</translation>
        </message>
        <message>
            <source>what {path} lost does not get through</source>
            <translation>was {path} verloren hat, kommt nicht durch</translation>
        </message>
        <message>
            <source>nothing received</source>
            <translation>nichts empfangen</translation>
        </message>
        <message>
            <source>nothing received, and {path} does not answer a probe</source>
            <translation>nichts empfangen, und {path} beantwortet keine Testanfrage</translation>
        </message>
        <message>
            <source>other connections found {path} dead</source>
            <translation>andere Verbindungen fanden {path} tot vor</translation>
        </message>
        <message>
            <source>{path} is congested</source>
            <translation>{path} ist überlastet</translation>
        </message>
        <message>
            <source>{path} loses much</source>
            <translation>{path} verliert viel</translation>
        </message>
        <message>
            <source>{path} delivers again</source>
            <translation>{path} liefert wieder</translation>
        </message>
        <message>
            <source>its path</source>
            <translation>ihr Pfad</translation>
        </message>
        <message>
            <source>any wait</source>
            <translation>beliebig lange</translation>
        </message>
        <message>
            <source>Its data has needed no help since the daemon started.</source>
            <translation>Ihre Daten brauchten seit dem Start des Dienstes keine Hilfe.</translation>
        </message>
        <message>
            <source>Since the daemon started: {counts}.</source>
            <translation>Seit dem Start des Dienstes: {counts}.</translation>
        </message>
        <message>
            <source>{path} full, {helper} helps</source>
            <translation>{path} voll, {helper} hilft</translation>
        </message>
        <message>
            <source>waits: {path} full, {helper} helping for {time}</source>
            <translation>wartet: {path} voll, {helper} hilft seit {time}</translation>
        </message>
        <message>
            <source>avoiding {path} for {time}</source>
            <translation>meidet {path} seit {time}</translation>
        </message>
        <message>
            <source>suspects {path}</source>
            <translation>verdächtigt {path}</translation>
        </message>
        <message>
            <source>suspecting {path} for {time}: {reason}</source>
            <translation>verdächtigt {path} seit {time}: {reason}</translation>
        </message>
        <message>
            <source>{what} {time} ago</source>
            <translation>{what} vor {time}</translation>
        </message>
        <message>
            <source>probing {path}</source>
            <translation>prüft {path}</translation>
        </message>
        <message>
            <source>{probing}: has answered</source>
            <translation>{probing}: hat geantwortet</translation>
        </message>
        <message>
            <source>failed over from {path} to {helper}</source>
            <translation>von {path} auf {helper} umgeschaltet</translation>
        </message>
        <message>
            <source>failed over from {path}</source>
            <translation>von {path} weggeschaltet</translation>
        </message>
        <message>
            <source>failed over to {helper}</source>
            <translation>auf {helper} umgeschaltet</translation>
        </message>
        <message>
            <source>failed over</source>
            <translation>umgeschaltet</translation>
        </message>
        <message>
            <source>waited {time}, allowed {allowed}</source>
            <translation>wartete {time}, erlaubt {allowed}</translation>
        </message>
        <message>
            <source>{count} opening</source>
            <translation>{count} Öffnung</translation>
        </message>
        <message>
            <source>{count} fail-over</source>
            <translation>{count} Umschaltung</translation>
        </message>
        <message>
            <source>{count} detour</source>
            <translation>{count} Umleitung</translation>
        </message>
        <message>
            <source>{count} detours</source>
            <translation>{count} Umleitungen</translation>
        </message>
        <message>
            <source>{count} return</source>
            <translation>{count} Rückkehr</translation>
        </message>
        <message>
            <source>{count} big transfer</source>
            <translation>{count} große Übertragung</translation>
        </message>
        <message>
            <source>{count} big transfers</source>
            <translation>{count} große Übertragungen</translation>
        </message>
        <message>
            <source>carrying: {reason}</source>
            <translation>überträgt: {reason}</translation>
        </message>
        <message>
            <source>{probing}: has answered, carries again soon</source>
            <translation>{probing}: hat geantwortet, überträgt bald wieder</translation>
        </message>
        <message>
            <source>waited {time}</source>
            <translation>wartete {time}</translation>
        </message>
        <message>
            <source>carrying</source>
            <translation>überträgt</translation>
        </message>
        <message>
            <source>another path</source>
            <translation>ein anderer Pfad</translation>
        </message>
        <message>
            <source>avoids {path}</source>
            <translation>meidet {path}</translation>
        </message>
        <message>
            <source>{helper} instead of {path}</source>
            <translation>{helper} statt {path}</translation>
        </message>
        <message>
            <source>suspect</source>
            <translation>verdächtig</translation>
        </message>
        <message>
            <source>probing</source>
            <translation>wird geprüft</translation>
        </message>
        <message>
            <source>steered</source>
            <translation>umgeleitet</translation>
        </message>
        <message>
            <source>helped</source>
            <translation>bekommt Hilfe</translation>
        </message>
        <message>
            <source>carries instead</source>
            <translation>springt ein</translation>
        </message>
        <message>
            <source>helps</source>
            <translation>hilft</translation>
        </message>
        <message>
            <source>idle</source>
            <translation>untätig</translation>
        </message>
        <message>
            <source>avoided</source>
            <translation>gemieden</translation>
        </message>
        <message>
            <source>left</source>
            <translation>verlassen</translation>
        </message>
        <message>
            <source>standby</source>
            <translation>in Bereitschaft</translation>
        </message>
        <message>
            <source>connecting</source>
            <translation>verbindet</translation>
        </message>
        <message>
            <source>closing</source>
            <translation>schließt</translation>
        </message>
        <message>
            <source>A path delivers nothing and was left; another one carries.</source>
            <translation>Ein Pfad liefert nichts und wurde verlassen; ein anderer überträgt.</translation>
        </message>
        <message>
            <source>Nothing has come for longer than usual: the path is being asked whether it lives.</source>
            <translation>Länger als üblich kam nichts: Der Pfad wird gefragt, ob er noch lebt.</translation>
        </message>
        <message>
            <source>The path answers again and has to stay well for a while before it carries.</source>
            <translation>Der Pfad antwortet wieder und muss sich eine Weile bewähren, bevor er überträgt.</translation>
        </message>
        <message>
            <source>A congested path is avoided for a while; another one carries.</source>
            <translation>Ein überlasteter Pfad wird eine Weile gemieden; ein anderer überträgt.</translation>
        </message>
        <message>
            <source>There is more to send than the preferred path carries in time; another one helps.</source>
            <translation>Es ist mehr zu senden, als der bevorzugte Pfad rechtzeitig überträgt; ein anderer hilft.</translation>
        </message>
        <message>
            <source>Data flows here now.</source>
            <translation>Hier fließen jetzt Daten.</translation>
        </message>
        <message>
            <source>It carries in place of a path that delivers nothing or is congested.</source>
            <translation>Er überträgt anstelle eines Pfades, der nichts liefert oder überlastet ist.</translation>
        </message>
        <message>
            <source>Opened for late data; it closes when the preferred path suffices again.</source>
            <translation>Für verspätete Daten geöffnet; er schließt, wenn der bevorzugte Pfad wieder genügt.</translation>
        </message>
        <message>
            <source>It may carry data; nobody sends any at the moment.</source>
            <translation>Daten dürfen hier fließen; zurzeit sendet niemand welche.</translation>
        </message>
        <message>
            <source>Its path is congested; it carries again after a while.</source>
            <translation>Sein Pfad ist überlastet; nach einer Weile überträgt er wieder.</translation>
        </message>
        <message>
            <source>Its path delivers nothing; it is used only when nothing else is left.</source>
            <translation>Sein Pfad liefert nichts; er wird nur benutzt, wenn sonst nichts mehr geht.</translation>
        </message>
        <message>
            <source>Marked as backup and quiet: it waits until it is needed.</source>
            <translation>Als Reserve markiert und untätig: Er wartet, bis er gebraucht wird.</translation>
        </message>
        <message>
            <source>The handshake is under way.</source>
            <translation>Der Handshake läuft.</translation>
        </message>
        <message>
            <source>One side has finished sending.</source>
            <translation>Eine Seite ist mit dem Senden fertig.</translation>
        </message>
        <message>
            <source>It is closed; the numbers are its last.</source>
            <translation>Geschlossen; die Zahlen sind die letzten.</translation>
        </message>
        <message>
            <source>first bytes on trusted paths</source>
            <translation>erste Bytes auf vertrauenswürdigen Pfaden</translation>
        </message>
        <message>
            <source>sends on trusted paths</source>
            <translation>sendet auf vertrauenswürdigen Pfaden</translation>
        </message>
        <message>
            <source>trusted paths only</source>
            <translation>nur vertrauenswürdige Pfade</translation>
        </message>
        <message>
            <source>no path</source>
            <translation>kein Pfad</translation>
        </message>
        <message>
            <source>incoming</source>
            <translation>eingehend</translation>
        </message>
        <message>
            <source>fell back to plain TCP</source>
            <translation>auf einfaches TCP zurückgefallen</translation>
        </message>
        <message>
            <source>began before mpmanagerd</source>
            <translation>vor mpmanagerd begonnen</translation>
        </message>
        <message>
            <source>{held} as well as can be</source>
            <translation>{held}, so gut es geht</translation>
        </message>
        <message>
            <source>opened unprotected</source>
            <translation>ungeschützt geöffnet</translation>
        </message>
        <message>
            <source>Application</source>
            <translation>Anwendung</translation>
        </message>
        <message>
            <source>State</source>
            <translation>Zustand</translation>
        </message>
        <message>
            <source>May wait</source>
            <translation>Darf warten</translation>
        </message>
        <message>
            <source>Path</source>
            <translation>Pfad</translation>
        </message>
        <message>
            <source>Last minute</source>
            <translation>Letzte Minute</translation>
        </message>
        <message>
            <source>RTT</source>
            <translation>RTT</translation>
        </message>
        <message>
            <source>Bytes</source>
            <translation>Bytes</translation>
        </message>
        <message>
            <source>Resent</source>
            <translation>Wiederholt</translation>
        </message>
        <message>
            <source>opened for late data</source>
            <translation>für verspätete Daten geöffnet</translation>
        </message>
        <message>
            <source>carries instead of {path}</source>
            <translation>überträgt statt {path}</translation>
        </message>
        <message>
            <source>held back: has answered, must stay well</source>
            <translation>zurückgehalten: hat geantwortet, muss sich bewähren</translation>
        </message>
        <message>
            <source>held back</source>
            <translation>zurückgehalten</translation>
        </message>
        <message>
            <source>suspect: nothing received</source>
            <translation>verdächtig: nichts empfangen</translation>
        </message>
        <message>
            <source>avoided: congested</source>
            <translation>gemieden: überlastet</translation>
        </message>
        <message>
            <source>left: delivers nothing</source>
            <translation>verlassen: liefert nichts</translation>
        </message>
        <message>
            <source>asked whether it answers</source>
            <translation>gefragt, ob er antwortet</translation>
        </message>
        <message>
            <source>at most {rate} in the last minute</source>
            <translation>höchstens {rate} in der letzten Minute</translation>
        </message>
        <message>
            <source>asked</source>
            <translation>gefragt</translation>
        </message>
        <message>
            <source>Dots flow</source>
            <translation>Punkte fließen</translation>
        </message>
        <message>
            <source>Dots move once a second</source>
            <translation>Punkte bewegen sich einmal je Sekunde</translation>
        </message>
        <message>
            <source>Arrows that stand still</source>
            <translation>Pfeile, die stillstehen</translation>
        </message>
        <message>
            <source>Program</source>
            <translation>Programm</translation>
        </message>
        <message>
            <source>Script</source>
            <translation>Skript</translation>
        </message>
        <message>
            <source>Unit</source>
            <translation>Unit</translation>
        </message>
        <message>
            <source>Control group</source>
            <translation>Control Group</translation>
        </message>
        <message>
            <source>Whoever connects</source>
            <translation>Wer sich auch verbindet</translation>
        </message>
        <message>
            <source>Host</source>
            <translation>Rechner</translation>
        </message>
        <message>
            <source>Network</source>
            <translation>Netz</translation>
        </message>
        <message>
            <source>Port</source>
            <translation>Port</translation>
        </message>
        <message>
            <source>User</source>
            <translation>Benutzer</translation>
        </message>
        <message>
            <source>While in network</source>
            <translation>Solange im Netz</translation>
        </message>
        <message>
            <source>Say which: for instance {example}</source>
            <translation>Geben Sie an, was: zum Beispiel {example}</translation>
        </message>
        <message>
            <source>“{text}” cannot be used: {reason}</source>
            <translation>„{text}“ kann nicht benutzt werden: {reason}</translation>
        </message>
        <message>
            <source>Say at least one condition: all others have their rule already.</source>
            <translation>Nennen Sie mindestens eine Bedingung: Für alle anderen gibt es schon eine Regel.</translation>
        </message>
        <message>
            <source>Path lost or back</source>
            <translation>Pfad ausgefallen oder zurück</translation>
        </message>
        <message>
            <source>Backup opened for late data</source>
            <translation>Reserve für verspätete Daten geöffnet</translation>
        </message>
        <message>
            <source>Trust changed</source>
            <translation>Vertrauen geändert</translation>
        </message>
        <message>
            <source>Data cap nearly or fully used</source>
            <translation>Datenlimit fast oder ganz erreicht</translation>
        </message>
        <message>
            <source>Rule or profile changed</source>
            <translation>Regel oder Profil geändert</translation>
        </message>
        <message>
            <source>Daemon gone or back</source>
            <translation>Dienst weg oder zurück</translation>
        </message>
        <message>
            <source>When Wi-Fi fades, a cable is unplugged, or a link works again.</source>
            <translation>Wenn das WLAN schwindet, ein Kabel gezogen wird oder eine Verbindung wieder geht.</translation>
        </message>
        <message>
            <source>When an application waited too long and another path had to help.</source>
            <translation>Wenn eine Anwendung zu lange wartete und ein anderer Pfad helfen musste.</translation>
        </message>
        <message>
            <source>When a path enters a network that is trusted more or less than the last one.</source>
            <translation>Wenn ein Pfad in ein Netz kommt, dem mehr oder weniger vertraut wird als dem letzten.</translation>
        </message>
        <message>
            <source>When a path has used most of the data it may use, and when it has used all.</source>
            <translation>Wenn ein Pfad das meiste der erlaubten Daten verbraucht hat, und wenn alles verbraucht ist.</translation>
        </message>
        <message>
            <source>When an application's rule changes, or a profile follows a network.</source>
            <translation>Wenn sich die Regel einer Anwendung ändert oder ein Profil einem Netz folgt.</translation>
        </message>
        <message>
            <source>When mpmanagerd ends: from then on nothing is decided any more.</source>
            <translation>Wenn mpmanagerd endet: Von da an wird nichts mehr entschieden.</translation>
        </message>
        <message>
            <source>Another path</source>
            <translation>Ein anderer Pfad</translation>
        </message>
        <message>
            <source>{last} (One more came before.)</source>
            <translation>{last} (Davor kam noch eine.)</translation>
        </message>
        <message>
            <source>{last} ({count} more came before.)</source>
            <translation>{last} (Davor kamen noch {count}.)</translation>
        </message>
        <message>
            <source>{path} has come</source>
            <translation>{path} ist dazugekommen</translation>
        </message>
        <message>
            <source>{path} is connected</source>
            <translation>{path} ist verbunden</translation>
        </message>
        <message>
            <source>{path} is lost</source>
            <translation>{path} ist ausgefallen</translation>
        </message>
        <message>
            <source>{path} is gone</source>
            <translation>{path} ist verschwunden</translation>
        </message>
        <message>
            <source>{helper} helps {path}</source>
            <translation>{helper} hilft {path}</translation>
        </message>
        <message>
            <source>{helper} carries instead of {path}</source>
            <translation>{helper} überträgt statt {path}</translation>
        </message>
        <message>
            <source>{path} carries again</source>
            <translation>{path} überträgt wieder</translation>
        </message>
        <message>
            <source>{path}: trust has changed</source>
            <translation>{path}: Das Vertrauen hat sich geändert</translation>
        </message>
        <message>
            <source>Connections open unprotected</source>
            <translation>Verbindungen beginnen ungeschützt</translation>
        </message>
        <message>
            <source>Trust is not enforced as it should be</source>
            <translation>Vertrauen wird nicht so durchgesetzt, wie es sein sollte</translation>
        </message>
        <message>
            <source>Enforcing is paused</source>
            <translation>Durchsetzung ist ausgesetzt</translation>
        </message>
        <message>
            <source>Policies are enforced again</source>
            <translation>Regeln werden wieder durchgesetzt</translation>
        </message>
        <message>
            <source>{path} has used most of its data</source>
            <translation>{path} hat das meiste seiner Daten verbraucht</translation>
        </message>
        <message>
            <source>{path} has used all of its data</source>
            <translation>{path} hat alle seine Daten verbraucht</translation>
        </message>
        <message>
            <source>{path} may carry again</source>
            <translation>{path} darf wieder übertragen</translation>
        </message>
        <message>
            <source>A rule has changed</source>
            <translation>Eine Regel hat sich geändert</translation>
        </message>
        <message>
            <source>A change was taken back</source>
            <translation>Eine Änderung wurde rückgängig gemacht</translation>
        </message>
        <message>
            <source>mpmanagerd has gone</source>
            <translation>mpmanagerd ist weg</translation>
        </message>
        <message>
            <source>Nothing is decided any more; what is held to trusted paths stays so.</source>
            <translation>Es wird nichts mehr entschieden; was auf vertrauenswürdige Pfade beschränkt ist, bleibt es.</translation>
        </message>
        <message>
            <source>mpmanagerd is back</source>
            <translation>mpmanagerd ist wieder da</translation>
        </message>
        <message>
            <source>It manages the connections of this machine again.</source>
            <translation>Er verwaltet wieder die Verbindungen dieses Rechners.</translation>
        </message>
        <message>
            <source>still in use</source>
            <translation>noch in Gebrauch</translation>
        </message>
        <message>
            <source>{applications} with {connections} over {subflows}</source>
            <translation>{applications} mit {connections} über {subflows}</translation>
        </message>
        <message>
            <source>{helper} helps {path} for {applications}</source>
            <translation>{helper} hilft {path} für {applications}</translation>
        </message>
        <message>
            <source>{percent}%</source>
            <translation>{percent} %</translation>
        </message>
        <message>
            <source>{path} carries everything although it is set to Never</source>
            <translation>{path} überträgt alles, obwohl er auf Nie steht</translation>
        </message>
        <message>
            <source>Nothing moves at the moment; {paths} are ready</source>
            <translation>Zurzeit bewegt sich nichts; {paths} sind bereit</translation>
        </message>
        <message>
            <source>, in place of what is not connected</source>
            <translation>, anstelle dessen, was nicht verbunden ist</translation>
        </message>
        <message>
            <source>{what}, interface {name}: {state}; download {down}, upload {up}, round trip {rtt}, {total} since the interface came up; lane {lane}; {trust}</source>
            <translation>{what}, Schnittstelle {name}: {state}; Download {down}, Upload {up}, Umlaufzeit {rtt}, {total} seit dem Start der Schnittstelle; Spur {lane}; {trust}</translation>
        </message>
        <message>
            <source>No program uses Multipath TCP at the moment.</source>
            <translation>Zurzeit benutzt kein Programm Multipath TCP.</translation>
        </message>
        <message>
            <source>{helper} carries instead of {path} for {applications}</source>
            <translation>{helper} überträgt statt {path} für {applications}</translation>
        </message>
        <message>
            <source>{path} carries everything</source>
            <translation>{path} überträgt alles</translation>
        </message>
        <message>
            <source>{path} carries {share}</source>
            <translation>{path} überträgt {share}</translation>
        </message>
        <message>
            <source>{path} is set to Never, still in use</source>
            <translation>{path} steht auf Nie, noch in Gebrauch</translation>
        </message>
        <message>
            <source>{path} carries everything although it is set to Never: there is no other path</source>
            <translation>{path} überträgt alles, obwohl er auf Nie steht: Es gibt keinen anderen Pfad</translation>
        </message>
        <message>
            <source>Nothing moves at the moment</source>
            <translation>Zurzeit bewegt sich nichts</translation>
        </message>
        <message>
            <source>Nothing moves at the moment; {path} is ready</source>
            <translation>Zurzeit bewegt sich nichts; {path} ist bereit</translation>
        </message>
        <message>
            <source>, as no path is in the lane Always</source>
            <translation>, da kein Pfad in der Spur Immer ist</translation>
        </message>
        <message>
            <source>{path} stands by</source>
            <translation>{path} steht bereit</translation>
        </message>
        <message>
            <source>{paths} stand by</source>
            <translation>{paths} stehen bereit</translation>
        </message>
        <message>
            <source>{path} is local network only</source>
            <translation>{path} hat nur das lokale Netz</translation>
        </message>
        <message>
            <source>{path} has no address</source>
            <translation>{path} hat keine Adresse</translation>
        </message>
        <message>
            <source>{path} is not connected</source>
            <translation>{path} ist nicht verbunden</translation>
        </message>
        <message>
            <source>{path} is switched off</source>
            <translation>{path} ist ausgeschaltet</translation>
        </message>
        <message>
            <source>Nothing is connected: {missing}</source>
            <translation>Nichts ist verbunden: {missing}</translation>
        </message>
        <message>
            <source>; </source>
            <translation>; </translation>
        </message>
        <message>
            <source>{path} is connected but carries next to nothing</source>
            <translation>{path} ist verbunden, überträgt aber fast nichts</translation>
        </message>
        <message>
            <source>{path} is connected but carries nothing</source>
            <translation>{path} ist verbunden, überträgt aber nichts</translation>
        </message>
        <message>
            <source>{paths} are connected but carry next to nothing</source>
            <translation>{paths} sind verbunden, übertragen aber fast nichts</translation>
        </message>
        <message>
            <source>{paths} are connected but carry nothing</source>
            <translation>{paths} sind verbunden, übertragen aber nichts</translation>
        </message>
        <message>
            <source>{number} fell back to plain TCP</source>
            <translation>{number} auf einfaches TCP zurückgefallen</translation>
        </message>
        <message>
            <source>{number} held to trusted paths</source>
            <translation>{number} auf vertrauenswürdige Pfade beschränkt</translation>
        </message>
        <message>
            <source>{hint}, as its kind suggests.</source>
            <translation>{hint}, wie es seine Art nahelegt.</translation>
        </message>
        <message>
            <source>This network ({network})</source>
            <translation>Dieses Netz ({network})</translation>
        </message>
        <message>
            <source>This network</source>
            <translation>Dieses Netz</translation>
        </message>
        <message>
            <source>Its cap is reached, so it is in the lane {lane} until it begins anew; then {other} again.</source>
            <translation>Das Datenlimit ist erreicht, deshalb ist er in der Spur {lane}, bis es neu beginnt; dann wieder {other}.</translation>
        </message>
        <message>
            <source>{hint}, as you have said.</source>
            <translation>{hint}, wie Sie es festgelegt haben.</translation>
        </message>
        <message>
            <source>This interface, whatever network it is in</source>
            <translation>Diese Schnittstelle, in welchem Netz auch immer</translation>
        </message>
        <message>
            <source>By its nature</source>
            <translation>Nach seiner Art</translation>
        </message>
        <message>
            <source>Interface</source>
            <translation>Schnittstelle</translation>
        </message>
        <message>
            <source>Addresses</source>
            <translation>Adressen</translation>
        </message>
        <message>
            <source>Security</source>
            <translation>Sicherheit</translation>
        </message>
        <message>
            <source>Known by</source>
            <translation>Erkannt an</translation>
        </message>
        <message>
            <source>nobody told</source>
            <translation>nicht bekannt</translation>
        </message>
        <message>
            <source>nothing at the moment</source>
            <translation>im Moment nichts</translation>
        </message>
        <message>
            <source>Reduced</source>
            <translation>Wenig</translation>
        </message>
        <message>
            <source>All</source>
            <translation>Alle</translation>
        </message>
        <message>
            <source>{whom}: how long data may wait</source>
            <translation>{whom}: wie lange Daten warten dürfen</translation>
        </message>
        <message>
            <source>{whom}: what its data is like</source>
            <translation>{whom}: welcher Art die Daten sind</translation>
        </message>
        <message>
            <source>{whom}: waits from one path to another</source>
            <translation>{whom}: Wartezeiten von einem Pfad zum anderen</translation>
        </message>
        <message>
            <source>{whom}: where big transfers go</source>
            <translation>{whom}: wohin große Übertragungen gehen</translation>
        </message>
        <message>
            <source>{whom}: a path is left at this share of congestion marks</source>
            <translation>{whom}: Anteil an Überlastungsmarken, ab dem ein Pfad verlassen wird</translation>
        </message>
        <message>
            <source>{whom}: a path is left at this share of loss</source>
            <translation>{whom}: Anteil an Verlusten, ab dem ein Pfad verlassen wird</translation>
        </message>
        <message>
            <source>{whom}: multipath</source>
            <translation>{whom}: Multipath</translation>
        </message>
        <message>
            <source>{whom}: the lowest delay is preferred</source>
            <translation>{whom}: Die geringste Verzögerung wird bevorzugt</translation>
        </message>
        <message>
            <source>{whom}: order of what is said about paths</source>
            <translation>{whom}: Reihenfolge des über Pfade Gesagten</translation>
        </message>
        <message>
            <source>{whom}: {paths}</source>
            <translation>{whom}: {paths}</translation>
        </message>
        <message>
            <source>{paths}: when used</source>
            <translation>{paths}: wann benutzt</translation>
        </message>
        <message>
            <source>{about}: {before} becomes {after}</source>
            <translation>{about}: aus {before} wird {after}</translation>
        </message>
        <message>
            <source>It would change one thing</source>
            <translation>Es würde eine Sache ändern</translation>
        </message>
        <message>
            <source>It would change {count} things</source>
            <translation>Es würde {count} Dinge ändern</translation>
        </message>
        <message>
            <source>one of them widens rights</source>
            <translation>eine davon erweitert Rechte</translation>
        </message>
        <message>
            <source>{count} of them widen rights</source>
            <translation>{count} davon erweitern Rechte</translation>
        </message>
        <message>
            <source>{changes}; {wider}.</source>
            <translation>{changes}; {wider}.</translation>
        </message>
        <message>
            <source>Metered paths</source>
            <translation>Getaktete Pfade</translation>
        </message>
        <message>
            <source>Paths that are not metered</source>
            <translation>Nicht getaktete Pfade</translation>
        </message>
        <message>
            <source>Trusted paths</source>
            <translation>Vertrauenswürdige Pfade</translation>
        </message>
        <message>
            <source>Paths that are not trusted</source>
            <translation>Nicht vertrauenswürdige Pfade</translation>
        </message>
        <message>
            <source>All paths</source>
            <translation>Alle Pfade</translation>
        </message>
        <message>
            <source>The interface {name}</source>
            <translation>Die Schnittstelle {name}</translation>
        </message>
        <message>
            <source>{kind} path number {number}</source>
            <translation>{kind}-Pfad Nummer {number}</translation>
        </message>
        <message>
            <source>not here now: what is said of it has no effect yet</source>
            <translation>zurzeit nicht hier: was darüber gesagt ist, wirkt noch nicht</translation>
        </message>
        <message>
            <source>none on this machine: what is said of them has no effect yet</source>
            <translation>auf diesem Rechner keine: was über sie gesagt ist, wirkt noch nicht</translation>
        </message>
        <message>
            <source>Line {line}</source>
            <translation>Zeile {line}</translation>
        </message>
        <message>
            <source>yes</source>
            <translation>ja</translation>
        </message>
        <message>
            <source>no</source>
            <translation>nein</translation>
        </message>
        <message>
            <source>trusted</source>
            <translation>vertrauenswürdig</translation>
        </message>
        <message>
            <source>not trusted</source>
            <translation>nicht vertrauenswürdig</translation>
        </message>
        <message>
            <source>never</source>
            <translation>nie</translation>
        </message>
        <message>
            <source>as their kind suggests</source>
            <translation>wie ihre Art nahelegt</translation>
        </message>
        <message>
            <source>everything on trusted paths only</source>
            <translation>alles nur auf vertrauenswürdigen Pfaden</translation>
        </message>
        <message>
            <source>begins on trusted paths</source>
            <translation>beginnt auf vertrauenswürdigen Pfaden</translation>
        </message>
        <message>
            <source>any path</source>
            <translation>jeder Pfad</translation>
        </message>
        <message>
            <source>It would change nothing: all of it holds already.</source>
            <translation>Es würde nichts ändern: Alles davon gilt schon.</translation>
        </message>
        <message>
            <source>{changes}; it widens no rights.</source>
            <translation>{changes}; Rechte erweitert es nicht.</translation>
        </message>
        <message>
            <source>{changes}, and that widens rights.</source>
            <translation>{changes}, und das erweitert Rechte.</translation>
        </message>
        <message>
            <source>Not signed: nobody vouches for where it comes from, nor that nobody has changed it.</source>
            <translation>Nicht signiert: Niemand bürgt dafür, woher es kommt und dass es niemand geändert hat.</translation>
        </message>
        <message>
            <source>The signature is invalid: {reason}. Such a profile is refused.</source>
            <translation>Die Signatur ist ungültig: {reason}. Ein solches Profil wird abgelehnt.</translation>
        </message>
        <message>
            <source>Signed by {signer}, whom you trust.
{fingerprint}</source>
            <translation>Signiert von {signer}, dem Sie vertrauen.
{fingerprint}</translation>
        </message>
        <message>
            <source>Signed by a key that you do not know and that calls itself {signer}.
{fingerprint}</source>
            <translation>Signiert mit einem Schlüssel, den Sie nicht kennen und der sich {signer} nennt.
{fingerprint}</translation>
        </message>
        <message>
            <source>{kind} paths</source>
            <translation>{kind}-Pfade</translation>
        </message>
        <message>
            <source>Trust in {network}</source>
            <translation>Vertrauen in {network}</translation>
        </message>
        <message>
            <source>Cables are trusted only with a login (802.1X)</source>
            <translation>Kabeln wird nur mit Anmeldung (802.1X) vertraut</translation>
        </message>
        <message>
            <source>{whom}: what keeps to trusted paths</source>
            <translation>{whom}: was auf vertrauenswürdigen Pfaden bleibt</translation>
        </message>
        <message>
            <source>decided automatically</source>
            <translation>automatisch entschieden</translation>
        </message>
        <message>
            <source>not said</source>
            <translation>nichts gesagt</translation>
        </message>
        <message>
            <source>Order of what is said about paths</source>
            <translation>Reihenfolge des über Pfade Gesagten</translation>
        </message>
        <message>
            <source>{profile} is active</source>
            <translation>{profile} ist aktiv</translation>
        </message>
        <message>
            <source>The network in use has chosen it: another network may choose another profile.</source>
            <translation>Das benutzte Netz hat es gewählt: Ein anderes Netz kann ein anderes Profil wählen.</translation>
        </message>
        <message>
            <source>What held before</source>
            <translation>Was vorher galt</translation>
        </message>
        <message>
            <source>Go back</source>
            <translation>Zurückkehren</translation>
        </message>
        <message>
            <source>Activate</source>
            <translation>Aktivieren</translation>
        </message>
        <message>
            <source>Activate again</source>
            <translation>Erneut aktivieren</translation>
        </message>
        <message>
            <source>{count} mistake</source>
            <translation>{count} Fehler</translation>
        </message>
        <message>
            <source>{count} mistakes</source>
            <translation>{count} Fehler</translation>
        </message>
        <message>
            <source>active, chosen by you</source>
            <translation>aktiv, von Ihnen gewählt</translation>
        </message>
        <message>
            <source>active, chosen by the network</source>
            <translation>aktiv, vom Netz gewählt</translation>
        </message>
        <message>
            <source>No profile is active</source>
            <translation>Kein Profil ist aktiv</translation>
        </message>
        <message>
            <source>{profile} is active, and was changed since</source>
            <translation>{profile} ist aktiv und wurde seitdem geändert</translation>
        </message>
        <message>
            <source>Save your current decisions as one, to carry them to another machine or use them with a network.</source>
            <translation>Speichern Sie Ihre jetzigen Entscheidungen als Profil, um sie auf einen anderen Rechner zu übertragen oder mit einem Netz zu benutzen.</translation>
        </message>
        <message>
            <source>You have chosen it: it stays, whatever network this machine is in.</source>
            <translation>Sie haben es gewählt: Es bleibt, in welchem Netz dieser Rechner auch ist.</translation>
        </message>
        <message>
            <source>all other networks</source>
            <translation>alle anderen Netze</translation>
        </message>
        <message>
            <source>Wi-Fi “{name}” ({security})</source>
            <translation>WLAN „{name}“ ({security})</translation>
        </message>
        <message>
            <source>“{name}”</source>
            <translation>„{name}“</translation>
        </message>
        <message>
            <source>the network of the gateway {address}</source>
            <translation>das Netz des Gateways {address}</translation>
        </message>
        <message>
            <source>the connection {id}</source>
            <translation>die Verbindung {id}</translation>
        </message>
        <message>
            <source>{network}, now with {profile}</source>
            <translation>{network}, jetzt mit {profile}</translation>
        </message>
        <message>
            <source>Used with: {networks}</source>
            <translation>Benutzt mit: {networks}</translation>
        </message>
        <message>
            <source>Signed as {signer}</source>
            <translation>Signiert als {signer}</translation>
        </message>
        <message>
            <source>You have chosen it: it stays until you let the networks choose again.</source>
            <translation>Sie haben es gewählt: Es bleibt, bis Sie wieder die Netze wählen lassen.</translation>
        </message>
        <message>
            <source>Everything as it was until a profile last took its place.</source>
            <translation>Alles, wie es war, bevor zuletzt ein Profil an seine Stelle trat.</translation>
        </message>
        <message>
            <source>changed since</source>
            <translation>seitdem geändert</translation>
        </message>
        <message>
            <source>Allowed {wait}</source>
            <translation>Erlaubt {wait}</translation>
        </message>
        <message>
            <source> after {waited}, at most {longest}{then}</source>
            <translation> nach {waited}, höchstens {longest}{then}</translation>
        </message>
        <message>
            <source>Its connections are allowed different waits</source>
            <translation>Ihren Verbindungen sind verschiedene Wartezeiten erlaubt</translation>
        </message>
        <message>
            <source>Allowed: no limit</source>
            <translation>Erlaubt: beliebig lange</translation>
        </message>
        <message>
            <source>Allowed 0 ms: all paths are pooled</source>
            <translation>Erlaubt 0 ms: Alle Pfade werden gebündelt</translation>
        </message>
        <message>
            <source>no help was needed since the daemon started</source>
            <translation>seit dem Start des Dienstes war keine Hilfe nötig</translation>
        </message>
        <message>
            <source>{helpers} opened{waited}</source>
            <translation>{helpers} geöffnet{waited}</translation>
        </message>
        <message>
            <source>once</source>
            <translation>einmal</translation>
        </message>
        <message>
            <source>{count} times</source>
            <translation>{count}-mal</translation>
        </message>
        <message>
            <source> (when {wait} was allowed)</source>
            <translation> (als {wait} erlaubt war)</translation>
        </message>
        <message>
            <source> after {waited}{then}</source>
            <translation> nach {waited}{then}</translation>
        </message>
        <message>
            <source>{bytes} on {helpers}</source>
            <translation>{bytes} über {helpers}</translation>
        </message>
        <message>
            <source>{path} delivers nothing</source>
            <translation>{path} liefert nichts</translation>
        </message>
        <message>
            <source>late data</source>
            <translation>verspätete Daten</translation>
        </message>
        <message>
            <source> after {what}</source>
            <translation> nach {what}</translation>
        </message>
        <message>
            <source>; {helper} carried {bytes}</source>
            <translation>; {helper} übertrug {bytes}</translation>
        </message>
        <message>
            <source>{waited}: {helper} opened, as {path} is full</source>
            <translation>{waited}: {helper} geöffnet, da {path} voll ist</translation>
        </message>
        <message>
            <source>a big transfer moved to {path}</source>
            <translation>eine große Übertragung wechselte auf {path}</translation>
        </message>
        <message>
            <source>waited up to {time}</source>
            <translation>wartete bis zu {time}</translation>
        </message>
        <message>
            <source>{helper} carries instead, as {reason}</source>
            <translation>{helper} überträgt stattdessen, denn {reason}</translation>
        </message>
        <message>
            <source>{path} suffices again: {helper} closed</source>
            <translation>{path} genügt wieder: {helper} geschlossen</translation>
        </message>
        <message>
            <source>allowed {time}</source>
            <translation>erlaubt {time}</translation>
        </message>
        <message>
            <source>pool everything</source>
            <translation>alles bündeln</translation>
        </message>
        <message>
            <source>{connections}, {rate} now</source>
            <translation>{connections}, jetzt {rate}</translation>
        </message>
        <message>
            <source>Ended a moment ago</source>
            <translation>Eben beendet</translation>
        </message>
        <message>
            <source>Not connected now</source>
            <translation>Zurzeit nicht verbunden</translation>
        </message>
        <message>
            <source>No rule</source>
            <translation>Keine Regel</translation>
        </message>
        <message>
            <source>No rule ({tier})</source>
            <translation>Keine Regel ({tier})</translation>
        </message>
        <message>
            <source>Call and shell</source>
            <translation>Anruf und Shell</translation>
        </message>
        <message>
            <source>Browsing</source>
            <translation>Surfen</translation>
        </message>
        <message>
            <source>Downloads</source>
            <translation>Downloads</translation>
        </message>
        <message>
            <source>Trusted only</source>
            <translation>Nur vertrauenswürdig</translation>
        </message>
        <message>
            <source>Own</source>
            <translation>Eigene</translation>
        </message>
        <message>
            <source>The wait follows what each connection turns out to be.</source>
            <translation>Die Wartezeit richtet sich danach, was jede Verbindung tut.</translation>
        </message>
        <message>
            <source>Somebody waits for every byte: another path helps after 20 ms.</source>
            <translation>Jemand wartet auf jedes Byte: Nach 20 ms hilft ein anderer Pfad.</translation>
        </message>
        <message>
            <source>Somebody waits for pages: another path helps after 50 ms.</source>
            <translation>Jemand wartet auf Seiten: Nach 50 ms hilft ein anderer Pfad.</translation>
        </message>
        <message>
            <source>Nobody waits, and it is much: another path helps after 2 s.</source>
            <translation>Niemand wartet, und es ist viel: Nach 2 s hilft ein anderer Pfad.</translation>
        </message>
        <message>
            <source>Everything keeps to trusted paths; without one, it waits.</source>
            <translation>Alles bleibt auf vertrauenswürdigen Pfaden; gibt es keinen, wartet es.</translation>
        </message>
        <message>
            <source>What you have set below.</source>
            <translation>Was Sie unten eingestellt haben.</translation>
        </message>
        <message>
            <source>call and shell</source>
            <translation>Anruf und Shell</translation>
        </message>
        <message>
            <source>browsing</source>
            <translation>Surfen</translation>
        </message>
        <message>
            <source>streaming</source>
            <translation>Streaming</translation>
        </message>
        <message>
            <source>download</source>
            <translation>Download</translation>
        </message>
        <message>
            <source>Always</source>
            <translation>Immer</translation>
        </message>
        <message>
            <source>For an hour</source>
            <translation>Eine Stunde lang</translation>
        </message>
        <message>
            <source>Until restart</source>
            <translation>Bis zum Neustart</translation>
        </message>
        <message>
            <source>handshake</source>
            <translation>Handshake</translation>
        </message>
        <message>
            <source>trusted only</source>
            <translation>nur vertrauenswürdig</translation>
        </message>
        <message>
            <source>Wait</source>
            <translation>Wartezeit</translation>
        </message>
        <message>
            <source>Multipath</source>
            <translation>Multipath</translation>
        </message>
        <message>
            <source>Lowest delay</source>
            <translation>Geringste Verzögerung</translation>
        </message>
        <message>
            <source>Holds</source>
            <translation>Gilt</translation>
        </message>
        <message>
            <source>metered paths</source>
            <translation>getaktete Pfade</translation>
        </message>
        <message>
            <source>unmetered paths</source>
            <translation>nicht getaktete Pfade</translation>
        </message>
        <message>
            <source>trusted paths</source>
            <translation>vertrauenswürdige Pfade</translation>
        </message>
        <message>
            <source>untrusted paths</source>
            <translation>nicht vertrauenswürdige Pfade</translation>
        </message>
        <message>
            <source>all other paths</source>
            <translation>alle anderen Pfade</translation>
        </message>
        <message>
            <source>{part}: {before} → {after}</source>
            <translation>{part}: {before} → {after}</translation>
        </message>
        <message>
            <source>trust {demand}</source>
            <translation>Vertrauen: {demand}</translation>
        </message>
        <message>
            <source>{rule} (until {time})</source>
            <translation>{rule} (bis {time})</translation>
        </message>
        <message>
            <source>first {bytes}</source>
            <translation>die ersten {bytes}</translation>
        </message>
        <message>
            <source>{demand}, strictly</source>
            <translation>{demand}, streng</translation>
        </message>
        <message>
            <source>{intent} ({wait})</source>
            <translation>{intent} ({wait})</translation>
        </message>
        <message>
            <source>as the path itself</source>
            <translation>wie der Pfad selbst</translation>
        </message>
        <message>
            <source>{value} (other rules)</source>
            <translation>{value} (andere Regeln)</translation>
        </message>
        <message>
            <source>{rule} (decided above: {overruled})</source>
            <translation>{rule} (oben entschieden: {overruled})</translation>
        </message>
        <message>
            <source>{path}: {tier}</source>
            <translation>{path}: {tier}</translation>
        </message>
        <message>
            <source>multipath {state}</source>
            <translation>Multipath {state}</translation>
        </message>
        <message>
            <source>lowest delay {state}</source>
            <translation>geringste Verzögerung {state}</translation>
        </message>
        <message>
            <source>big transfers to {path}</source>
            <translation>große Übertragungen über {path}</translation>
        </message>
        <message>
            <source>leaves congested paths</source>
            <translation>verlässt überlastete Pfade</translation>
        </message>
        <message>
            <source>{rule} (your administrator's, {file})</source>
            <translation>{rule} (von der Systemverwaltung, {file})</translation>
        </message>
        <message>
            <source>{rule} (until restart)</source>
            <translation>{rule} (bis zum Neustart)</translation>
        </message>
        <message>
            <source>{count} path rule</source>
            <translation>{count} Pfadregel</translation>
        </message>
        <message>
            <source>{count} path rules</source>
            <translation>{count} Pfadregeln</translation>
        </message>
        <message>
            <source>lowest delay</source>
            <translation>geringste Verzögerung</translation>
        </message>
        <message>
            <source>the connections to a name cannot be counted here</source>
            <translation>die Verbindungen zu einem Namen lassen sich hier nicht zählen</translation>
        </message>
        <message>
            <source>{count} subflow on {path} will be closed</source>
            <translation>{count} Subflow über {path} wird geschlossen</translation>
        </message>
        <message>
            <source>{count} subflows on {path} will be closed</source>
            <translation>{count} Subflows über {path} werden geschlossen</translation>
        </message>
        <message>
            <source>several paths</source>
            <translation>mehrere Pfade</translation>
        </message>
        <message>
            <source>one path</source>
            <translation>ein Pfad</translation>
        </message>
        <message>
            <source>{count} connection is affected</source>
            <translation>{count} Verbindung ist betroffen</translation>
        </message>
        <message>
            <source>{count} connections are affected</source>
            <translation>{count} Verbindungen sind betroffen</translation>
        </message>
        <message>
            <source>no open connection is affected</source>
            <translation>keine offene Verbindung ist betroffen</translation>
        </message>
        <message>
            <source>decides nothing</source>
            <translation>entscheidet nichts</translation>
        </message>
        <message>
            <source>as programs ask</source>
            <translation>wie Programme es verlangen</translation>
        </message>
        <message>
            <source>Back to {value}</source>
            <translation>Zurück zu {value}</translation>
        </message>
        <message>
            <source> s</source>
            <translation> s</translation>
        </message>
        <message>
            <source>On</source>
            <translation>Ein</translation>
        </message>
        <message>
            <source>Off</source>
            <translation>Aus</translation>
        </message>
        <message>
            <source>It cannot be set here: {reason}.</source>
            <translation>Hier nicht einstellbar: {reason}.</translation>
        </message>
        <message>
            <source>Kept as {value} over restarts, in {file}.</source>
            <translation>Über Neustarts behalten als {value}, in {file}.</translation>
        </message>
        <message>
            <source>Beware: {warning}.</source>
            <translation>Vorsicht: {warning}.</translation>
        </message>
        <message>
            <source>The kernel's default: {value}.</source>
            <translation>Standardwert des Kernels: {value}.</translation>
        </message>
        <message>
            <source>Until the next start only.</source>
            <translation>Nur bis zum nächsten Start.</translation>
        </message>
        <message>
            <source>a file</source>
            <translation>einer Datei</translation>
        </message>
        <message>
            <source>1 min</source>
            <translation>1 min</translation>
        </message>
        <message>
            <source>10 min</source>
            <translation>10 min</translation>
        </message>
        <message>
            <source>2 h</source>
            <translation>2 h</translation>
        </message>
        <message>
            <source>24 h</source>
            <translation>24 h</translation>
        </message>
        <message>
            <source>{day} {month}</source>
            <translation>{day}. {month}</translation>
        </message>
        <message>
            <source>{carried}; {helped} of it because data was late.</source>
            <translation>{carried}; davon {helped}, weil Daten verspätet waren.</translation>
        </message>
        <message>
            <source>{waited} of {allowed} ms</source>
            <translation>{waited} von {allowed} ms</translation>
        </message>
        <message>
            <source>With {wait}, about {amount} of last week's {moved} would have gone over a backup.</source>
            <translation>Mit {wait} wären von den {moved} der letzten Woche etwa {amount} über eine Reserve gegangen.</translation>
        </message>
        <message>
            <source>An estimate, from {known} of which the wait is known.</source>
            <translation>Eine Schätzung aus {known}, deren Wartezeit bekannt ist.</translation>
        </message>
        <message>
            <source>Really, {amount} went over a backup, once.</source>
            <translation>Tatsächlich ging {amount} über eine Reserve, einmal.</translation>
        </message>
        <message>
            <source>Really, {amount} went over a backup, {count} times.</source>
            <translation>Tatsächlich gingen {amount} über eine Reserve, {count}-mal.</translation>
        </message>
        <message>
            <source>Day</source>
            <translation>Tag</translation>
        </message>
        <message>
            <source>Week</source>
            <translation>Woche</translation>
        </message>
        <message>
            <source>Month</source>
            <translation>Monat</translation>
        </message>
        <message>
            <source>Today, {date}</source>
            <translation>Heute, {date}</translation>
        </message>
        <message>
            <source>Yesterday, {date}</source>
            <translation>Gestern, {date}</translation>
        </message>
        <message>
            <source>{amount} over {path}</source>
            <translation>{amount} über {path}</translation>
        </message>
        <message>
            <source>{carried}.</source>
            <translation>{carried}.</translation>
        </message>
        <message>
            <source>Other traffic and headers</source>
            <translation>Sonstiges und Header</translation>
        </message>
        <message>
            <source>Other users</source>
            <translation>Andere Benutzer</translation>
        </message>
        <message>
            <source>Because late</source>
            <translation>Verspätet</translation>
        </message>
        <message>
            <source>Helped</source>
            <translation>Geholfen</translation>
        </message>
        <message>
            <source>Waited</source>
            <translation>Gewartet</translation>
        </message>
        <message>
            <source>nothing</source>
            <translation>nichts</translation>
        </message>
        <message>
            <source>at most {amount}</source>
            <translation>höchstens {amount}</translation>
        </message>
        <message>
            <source>How long its data waited is not known: while it was looked at it sent nothing, or had no second path. Look again after a while.</source>
            <translation>Wie lange die Daten gewartet haben, ist nicht bekannt: Während der Beobachtung wurde nichts gesendet, oder es gab keinen zweiten Pfad. Sehen Sie später noch einmal nach.</translation>
        </message>
        <message>
            <source>With “never”, nothing of last week's {moved} would have gone over a backup because of late data.</source>
            <translation>Mit „nie“ wäre von den {moved} der letzten Woche wegen verspäteter Daten nichts über eine Reserve gegangen.</translation>
        </message>
        <message>
            <source>With 0 ms all paths are pooled: at most {amount} of last week's {moved} would have gone over others.</source>
            <translation>Mit 0 ms werden alle Pfade gebündelt: Von den {moved} der letzten Woche wären höchstens {amount} über andere gegangen.</translation>
        </message>
        <message>
            <source>Nothing was carried over metered paths.</source>
            <translation>Über getaktete Pfade wurde nichts übertragen.</translation>
        </message>
        <message>
            <source>Nothing was carried.</source>
            <translation>Es wurde nichts übertragen.</translation>
        </message>
        <message>
            <source>{count} other path</source>
            <translation>{count} weiterer Pfad</translation>
        </message>
        <message>
            <source>{count} other paths</source>
            <translation>{count} weitere Pfade</translation>
        </message>
        <message>
            <source>Monday</source>
            <translation>Montag</translation>
        </message>
        <message>
            <source>Tuesday</source>
            <translation>Dienstag</translation>
        </message>
        <message>
            <source>Wednesday</source>
            <translation>Mittwoch</translation>
        </message>
        <message>
            <source>Thursday</source>
            <translation>Donnerstag</translation>
        </message>
        <message>
            <source>Friday</source>
            <translation>Freitag</translation>
        </message>
        <message>
            <source>Saturday</source>
            <translation>Samstag</translation>
        </message>
        <message>
            <source>Sunday</source>
            <translation>Sonntag</translation>
        </message>
        <message>
            <source>Mon</source>
            <translation>Mo</translation>
        </message>
        <message>
            <source>Tue</source>
            <translation>Di</translation>
        </message>
        <message>
            <source>Wed</source>
            <translation>Mi</translation>
        </message>
        <message>
            <source>Thu</source>
            <translation>Do</translation>
        </message>
        <message>
            <source>Fri</source>
            <translation>Fr</translation>
        </message>
        <message>
            <source>Sat</source>
            <translation>Sa</translation>
        </message>
        <message>
            <source>Sun</source>
            <translation>So</translation>
        </message>
        <message>
            <source>January</source>
            <translation>Januar</translation>
        </message>
        <message>
            <source>February</source>
            <translation>Februar</translation>
        </message>
        <message>
            <source>March</source>
            <translation>März</translation>
        </message>
        <message>
            <source>April</source>
            <translation>April</translation>
        </message>
        <message>
            <source>May</source>
            <translation>Mai</translation>
        </message>
        <message>
            <source>June</source>
            <translation>Juni</translation>
        </message>
        <message>
            <source>July</source>
            <translation>Juli</translation>
        </message>
        <message>
            <source>August</source>
            <translation>August</translation>
        </message>
        <message>
            <source>September</source>
            <translation>September</translation>
        </message>
        <message>
            <source>October</source>
            <translation>Oktober</translation>
        </message>
        <message>
            <source>November</source>
            <translation>November</translation>
        </message>
        <message>
            <source>December</source>
            <translation>Dezember</translation>
        </message>
        <message>
            <source>{what}: {words}</source>
            <translation>{what}: {words}</translation>
        </message>
        <message>
            <source>{words} and {last}</source>
            <translation>{words} und {last}</translation>
        </message>
        <message>
            <source>,</source>
            <translation>.</translation>
        </message>
        <message>
            <source>.</source>
            <translation>,</translation>
        </message>
        <message>
            <source>Enforcing is paused until {time}.</source>
            <translation>Die Durchsetzung ist bis {time} ausgesetzt.</translation>
        </message>
        <message>
            <source>Enforcing is paused until {time}: nothing is held to trusted paths, and late data gets no help.</source>
            <translation>Die Durchsetzung ist bis {time} ausgesetzt: Nichts ist auf vertrauenswürdige Pfade beschränkt, und verspätete Daten bekommen keine Hilfe.</translation>
        </message>
        <message>
            <source>mpmanagerd does not run: nothing is decided.</source>
            <translation>mpmanagerd läuft nicht: Es wird nichts entschieden.</translation>
        </message>
        <message>
            <source>Looking for mpmanagerd.</source>
            <translation>mpmanagerd wird gesucht.</translation>
        </message>
        <message>
            <source>Nothing names its network at the moment, so only the interface can be decided on.</source>
            <translation>Zurzeit hat sein Netz keinen Namen, deshalb kann nur über die Schnittstelle entschieden werden.</translation>
        </message>
        <message>
            <source>The daemon is not connected: nothing can be changed at the moment.</source>
            <translation>Der Dienst ist nicht verbunden: Zurzeit kann nichts geändert werden.</translation>
        </message>
        <message>
            <source>Decided automatically: you have said nothing about it.</source>
            <translation>Automatisch entschieden: Sie haben dazu nichts festgelegt.</translation>
        </message>
        <message>
            <source>{path} is {level} now, whatever network it is in</source>
            <translation>{path} ist jetzt {level}, in welchem Netz er auch ist</translation>
        </message>
        <message>
            <source>Trusted</source>
            <translation>Vertrauenswürdig</translation>
        </message>
        <message>
            <source>Untrusted</source>
            <translation>Nicht vertrauenswürdig</translation>
        </message>
        <message>
            <source>Connections may open here, and programs that are held to trusted paths may use it.</source>
            <translation>Verbindungen dürfen hier beginnen, und Programme, die auf vertrauenswürdige Pfade beschränkt sind, dürfen ihn benutzen.</translation>
        </message>
        <message>
            <source>Connections open elsewhere while they can, and programs that are held to trusted paths avoid it.</source>
            <translation>Verbindungen beginnen anderswo, solange sie können, und Programme, die auf vertrauenswürdige Pfade beschränkt sind, meiden ihn.</translation>
        </message>
        <message>
            <source>untrusted</source>
            <translation>nicht vertrauenswürdig</translation>
        </message>
        <message>
            <source>Trust this network</source>
            <translation>Diesem Netz vertrauen</translation>
        </message>
        <message>
            <source>Do not trust this network</source>
            <translation>Diesem Netz nicht vertrauen</translation>
        </message>
        <message>
            <source>Trust this interface, whatever network it is in</source>
            <translation>Dieser Schnittstelle vertrauen, in welchem Netz sie auch ist</translation>
        </message>
        <message>
            <source>Do not trust this interface, whatever network it is in</source>
            <translation>Dieser Schnittstelle nicht vertrauen, in welchem Netz sie auch ist</translation>
        </message>
        <message>
            <source>In other networks: trusted, as you have said of this interface.</source>
            <translation>In anderen Netzen: vertrauenswürdig, wie Sie es für diese Schnittstelle festgelegt haben.</translation>
        </message>
        <message>
            <source>In other networks: untrusted, as you have said of this interface.</source>
            <translation>In anderen Netzen: nicht vertrauenswürdig, wie Sie es für diese Schnittstelle festgelegt haben.</translation>
        </message>
        <message>
            <source>Automatically it would be trusted: {reason}.</source>
            <translation>Automatisch wäre er vertrauenswürdig: {reason}.</translation>
        </message>
        <message>
            <source>Automatically it would be untrusted: {reason}.</source>
            <translation>Automatisch wäre er nicht vertrauenswürdig: {reason}.</translation>
        </message>
        <message>
            <source>Back to automatic</source>
            <translation>Zurück zu automatisch</translation>
        </message>
        <message>
            <source>Back to automatic (would be trusted)</source>
            <translation>Zurück zu automatisch (wäre vertrauenswürdig)</translation>
        </message>
        <message>
            <source>Back to automatic (would be untrusted)</source>
            <translation>Zurück zu automatisch (wäre nicht vertrauenswürdig)</translation>
        </message>
        <message>
            <source>you have said so of this network</source>
            <translation>Sie haben es für dieses Netz festgelegt</translation>
        </message>
        <message>
            <source>you have said so of this interface</source>
            <translation>Sie haben es für diese Schnittstelle festgelegt</translation>
        </message>
        <message>
            <source>{path}: trust is automatic now</source>
            <translation>{path}: Das Vertrauen ist jetzt automatisch</translation>
        </message>
        <message>
            <source>{name} is {level} now</source>
            <translation>{name} ist jetzt {level}</translation>
        </message>
        <message>
            <source>{path} is {level} now in other networks</source>
            <translation>{path} ist jetzt in anderen Netzen {level}</translation>
        </message>
        <message>
            <source>{path}: what you had said of this network is taken back</source>
            <translation>{path}: Was Sie für dieses Netz festgelegt hatten, ist zurückgenommen</translation>
        </message>
        <message>
            <source>{path}: what you had said of this interface is taken back</source>
            <translation>{path}: Was Sie für diese Schnittstelle festgelegt hatten, ist zurückgenommen</translation>
        </message>
        <message>
            <source>The network of {path}</source>
            <translation>Das Netz von {path}</translation>
        </message>
        <message>
            <source>Neither its program nor its control group is known, so no rule can be about it alone: it follows the default.</source>
            <translation>Weder das Programm noch die Control Group ist bekannt, deshalb kann keine Regel nur dafür gelten: Es gilt der Standard.</translation>
        </message>
        <message>
            <source>{wait}, then another path helps</source>
            <translation>{wait}, dann hilft ein anderer Pfad</translation>
        </message>
        <message>
            <source>Up to {wait}: when data waits longer, a path in the lane When needed helps</source>
            <translation>Bis {wait}: Warten Daten länger, hilft ein Pfad aus der Spur „Bei Bedarf“</translation>
        </message>
        <message>
            <source>The rule for {rule} says so.</source>
            <translation>So sagt es die Regel für {rule}.</translation>
        </message>
        <message>
            <source>{who}: data may wait {wait} now</source>
            <translation>{who}: Daten dürfen jetzt {wait} warten</translation>
        </message>
        <message>
            <source>differs</source>
            <translation>verschieden</translation>
        </message>
        <message>
            <source>no limit</source>
            <translation>beliebig</translation>
        </message>
        <message>
            <source>pools its paths</source>
            <translation>bündelt die Pfade</translation>
        </message>
        <message>
            <source>waits without limit</source>
            <translation>wartet unbegrenzt</translation>
        </message>
        <message>
            <source>waits up to {wait}</source>
            <translation>wartet bis {wait}</translation>
        </message>
        <message>
            <source>program</source>
            <translation>Programm</translation>
        </message>
        <message>
            <source>default</source>
            <translation>Standard</translation>
        </message>
        <message>
            <source>group</source>
            <translation>Gruppe</translation>
        </message>
        <message>
            <source>rule</source>
            <translation>Regel</translation>
        </message>
        <message>
            <source>0 ms: pool all paths</source>
            <translation>0 ms: alle Pfade bündeln</translation>
        </message>
        <message>
            <source>No limit: another path only if nothing else is left</source>
            <translation>Beliebig lange: ein anderer Pfad nur, wenn sonst nichts mehr geht</translation>
        </message>
        <message>
            <source>Its connections follow different rules</source>
            <translation>Ihre Verbindungen folgen verschiedenen Regeln</translation>
        </message>
        <message>
            <source>No wait: paths in the lane When needed carry at once, pooled with the others</source>
            <translation>Kein Warten: Pfade der Spur „Bei Bedarf“ übertragen sofort mit, gebündelt mit den anderen</translation>
        </message>
        <message>
            <source>No limit: data waits for its own path; others stand by until nothing else is left</source>
            <translation>Beliebig lange: Daten warten auf ihren eigenen Pfad; andere stehen bereit, bis sonst nichts mehr geht</translation>
        </message>
        <message>
            <source>The default says so; move the slider to give it a rule of its own.</source>
            <translation>So sagt es der Standard; bewegen Sie den Regler, um ihr eine eigene Regel zu geben.</translation>
        </message>
        <message>
            <source>The program itself asked for it ({option}), which counts before every rule.</source>
            <translation>Das Programm selbst hat darum gebeten ({option}); das gilt vor jeder Regel.</translation>
        </message>
        <message>
            <source>{who} follows the default now ({wait})</source>
            <translation>{who} folgt jetzt dem Standard ({wait})</translation>
        </message>
        <message>
            <source>{who}: all paths are pooled now</source>
            <translation>{who}: Alle Pfade werden jetzt gebündelt</translation>
        </message>
        <message>
            <source>{who}: others help only when nothing else is left</source>
            <translation>{who}: Andere helfen nur, wenn sonst nichts mehr geht</translation>
        </message>
        <message>
            <source>Wi-Fi</source>
            <translation>WLAN</translation>
        </message>
        <message>
            <source>LTE</source>
            <translation>LTE</translation>
        </message>
        <message>
            <source>xDSL</source>
            <translation>xDSL</translation>
        </message>
        <message>
            <source>Ethernet</source>
            <translation>Ethernet</translation>
        </message>
        <message>
            <source>VPN</source>
            <translation>VPN</translation>
        </message>
        <message>
            <source>Bluetooth</source>
            <translation>Bluetooth</translation>
        </message>
        <message>
            <source>Phone tether</source>
            <translation>Handy-Tethering</translation>
        </message>
        <message>
            <source>Virtual link</source>
            <translation>Virtuelle Verbindung</translation>
        </message>
        <message>
            <source>Link</source>
            <translation>Verbindung</translation>
        </message>
        <message>
            <source>connected</source>
            <translation>verbunden</translation>
        </message>
        <message>
            <source>local network only</source>
            <translation>nur lokales Netz</translation>
        </message>
        <message>
            <source>no address</source>
            <translation>keine Adresse</translation>
        </message>
        <message>
            <source>switched off</source>
            <translation>ausgeschaltet</translation>
        </message>
        <message>
            <source>It has a carrier, an address and a way out.</source>
            <translation>Er hat ein Trägersignal, eine Adresse und einen Weg hinaus.</translation>
        </message>
        <message>
            <source>It has no gateway: only its own network can be reached.</source>
            <translation>Er hat kein Gateway: Nur das eigene Netz ist erreichbar.</translation>
        </message>
        <message>
            <source>It is connected, but nobody gave it an address.</source>
            <translation>Er ist verbunden, aber niemand gab ihm eine Adresse.</translation>
        </message>
        <message>
            <source>No carrier: the network is out of reach or the cable is unplugged.</source>
            <translation>Kein Trägersignal: Das Netz ist außer Reichweite oder das Kabel nicht eingesteckt.</translation>
        </message>
        <message>
            <source>The interface is switched off.</source>
            <translation>Die Schnittstelle ist ausgeschaltet.</translation>
        </message>
        <message>
            <source>When needed</source>
            <translation>Bei Bedarf</translation>
        </message>
        <message>
            <source>Backup</source>
            <translation>Reserve</translation>
        </message>
        <message>
            <source>Never</source>
            <translation>Nie</translation>
        </message>
        <message>
            <source>Used all the time</source>
            <translation>Ständig benutzt</translation>
        </message>
        <message>
            <source>Helps when data waits too long</source>
            <translation>Hilft, wenn Daten zu lange warten</translation>
        </message>
        <message>
            <source>Only if nothing else is left</source>
            <translation>Nur wenn sonst nichts mehr geht</translation>
        </message>
        <message>
            <source>No subflow is made here</source>
            <translation>Hier entsteht kein Subflow</translation>
        </message>
        <message>
            <source>open</source>
            <translation>offen</translation>
        </message>
        <message>
            <source>OWE</source>
            <translation>OWE</translation>
        </message>
        <message>
            <source>WEP</source>
            <translation>WEP</translation>
        </message>
        <message>
            <source>WPA</source>
            <translation>WPA</translation>
        </message>
        <message>
            <source>WPA2</source>
            <translation>WPA2</translation>
        </message>
        <message>
            <source>WPA3</source>
            <translation>WPA3</translation>
        </message>
        <message>
            <source>Enterprise</source>
            <translation>Enterprise</translation>
        </message>
        <message>
            <source>Trust: {badge}</source>
            <translation>Vertrauen: {badge}</translation>
        </message>
        <message>
            <source>Multipath: {badge}</source>
            <translation>Multipath: {badge}</translation>
        </message>
        <message>
            <source>MP: {badge}</source>
            <translation>MP: {badge}</translation>
        </message>
        <message>
            <source>What holds for whoever has no rule of its own.</source>
            <translation>Was für alle gilt, die keine eigene Regel haben.</translation>
        </message>
        <message>
            <source>Dismiss</source>
            <translation>Schließen</translation>
        </message>
        <message>
            <source>together</source>
            <translation>zusammen</translation>
        </message>
        <message>
            <source>not recorded</source>
            <translation>nicht aufgezeichnet</translation>
        </message>
        <message>
            <source>When the cap is reached</source>
            <translation>Wenn das Datenlimit erreicht ist</translation>
        </message>
        <message>
            <source>{amount} more today</source>
            <translation>Heute {amount}</translation>
        </message>
        <message>
            <source>No cap</source>
            <translation>Kein Limit</translation>
        </message>
        <message>
            <source>Day of the month on which it begins anew</source>
            <translation>Tag des Monats, an dem es neu beginnt</translation>
        </message>
        <message>
            <source>A month</source>
            <translation>Im Monat</translation>
        </message>
        <message>
            <source>A day</source>
            <translation>Am Tag</translation>
        </message>
        <message>
            <source>no cap</source>
            <translation>kein Limit</translation>
        </message>
        <message>
            <source>Such as 5 GB or 200 MB; empty for no cap</source>
            <translation>Etwa 5 GB oder 200 MB; leer für kein Limit</translation>
        </message>
        <message>
            <source>Begins on day</source>
            <translation>Beginnt am Tag</translation>
        </message>
        <message>
            <source>Keep</source>
            <translation>Behalten</translation>
        </message>
        <message>
            <source>Keep: {change}</source>
            <translation>Behalten: {change}</translation>
        </message>
        <message>
            <source>Changes, the newest first</source>
            <translation>Änderungen, die neueste zuerst</translation>
        </message>
        <message>
            <source>Changes</source>
            <translation>Änderungen</translation>
        </message>
        <message>
            <source>Nothing was changed yet</source>
            <translation>Noch wurde nichts geändert</translation>
        </message>
        <message>
            <source>What you decide about paths, networks and applications is listed here, and can be taken back.</source>
            <translation>Was Sie über Pfade, Netze und Anwendungen entscheiden, steht hier und lässt sich rückgängig machen.</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
        <message>
            <source>Ctrl+Z takes back the last one, Ctrl+Y makes it again.</source>
            <translation>Strg+Z macht die letzte rückgängig, Strg+Y stellt sie wieder her.</translation>
        </message>
        <message>
            <source>mean of each {seconds} s</source>
            <translation>Mittel über je {seconds} s</translation>
        </message>
        <message>
            <source>Paths: {names}; {scale}</source>
            <translation>Pfade: {names}; {scale}</translation>
        </message>
        <message>
            <source>Whose data: {name}</source>
            <translation>Wessen Daten: {name}</translation>
        </message>
        <message>
            <source>What if</source>
            <translation>Was wäre wenn</translation>
        </message>
        <message>
            <source>Try what a wait would have cost; nothing is changed by that.</source>
            <translation>Probieren Sie, was eine Wartezeit gekostet hätte; dadurch ändert sich nichts.</translation>
        </message>
        <message>
            <source>What a wait would have cost</source>
            <translation>Was eine Wartezeit gekostet hätte</translation>
        </message>
        <message>
            <source>Everything you run</source>
            <translation>Alle Ihre Programme</translation>
        </message>
        <message>
            <source>Nothing is recorded of it in the last seven days.</source>
            <translation>Davon ist in den letzten sieben Tagen nichts aufgezeichnet.</translation>
        </message>
        <message>
            <source>Drop it to see what it would change</source>
            <translation>Loslassen, um zu sehen, was es ändern würde</translation>
        </message>
        <message>
            <source>Double click or Enter: why, on the Live page</source>
            <translation>Doppelklick oder Eingabetaste: warum, auf der Seite Live</translation>
        </message>
        <message>
            <source>Last events, the newest first</source>
            <translation>Letzte Ereignisse, das neueste zuerst</translation>
        </message>
        <message>
            <source>Filter: words, or app:… path: host: state:late</source>
            <translation>Filter: Wörter oder app:… path: host: state:late</translation>
        </message>
        <message>
            <source>Filter</source>
            <translation>Filter</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>Kopieren</translation>
        </message>
        <message>
            <source>Copy {command}</source>
            <translation>{command} kopieren</translation>
        </message>
        <message>
            <source>Measured</source>
            <translation>Gemessen</translation>
        </message>
        <message>
            <source>Means</source>
            <translation>Bedeutet</translation>
        </message>
        <message>
            <source>Fix</source>
            <translation>Abhilfe</translation>
        </message>
        <message>
            <source>Capture its packets…</source>
            <translation>Ihre Pakete mitschneiden …</translation>
        </message>
        <message>
            <source>−60 s</source>
            <translation>−60 s</translation>
        </message>
        <message>
            <source>Hold to trusted paths</source>
            <translation>Auf vertrauenswürdige Pfade beschränken</translation>
        </message>
        <message>
            <source>Promise and proof</source>
            <translation>Versprechen und Beleg</translation>
        </message>
        <message>
            <source>Why</source>
            <translation>Warum</translation>
        </message>
        <message>
            <source>Why does it go this way?</source>
            <translation>Warum geht es diesen Weg?</translation>
        </message>
        <message>
            <source>Choose a row or a ribbon to read what it does and why, which rule said so, how long its data waited, and what another path carried for it.</source>
            <translation>Wählen Sie eine Zeile oder ein Band: Hier steht, was es tut und warum, welche Regel es so will, wie lange die Daten gewartet haben und was ein anderer Pfad dafür übertragen hat.</translation>
        </message>
        <message>
            <source>Stop capturing packets</source>
            <translation>Mitschnitt beenden</translation>
        </message>
        <message>
            <source>Take back</source>
            <translation>Rückgängig</translation>
        </message>
        <message>
            <source>Make again</source>
            <translation>Wiederherstellen</translation>
        </message>
        <message>
            <source>Lane {lane}: {hint}</source>
            <translation>Spur {lane}: {hint}</translation>
        </message>
        <message>
            <source>Drag a path here</source>
            <translation>Pfad hierher ziehen</translation>
        </message>
        <message>
            <source>Applications, connections and subflows</source>
            <translation>Anwendungen, Verbindungen und Subflows</translation>
        </message>
        <message>
            <source>A rule for something that need not be running</source>
            <translation>Eine Regel für etwas, das nicht laufen muss</translation>
        </message>
        <message>
            <source>{condition} (optional)</source>
            <translation>{condition} (optional)</translation>
        </message>
        <message>
            <source>Automatic ({lane})</source>
            <translation>Automatisch ({lane})</translation>
        </message>
        <message>
            <source>What its kind suggests</source>
            <translation>Was seine Art nahelegt</translation>
        </message>
        <message>
            <source>This link is …</source>
            <translation>Diese Verbindung ist …</translation>
        </message>
        <message>
            <source>What was detected</source>
            <translation>Was erkannt wurde</translation>
        </message>
        <message>
            <source>RTT {time}</source>
            <translation>RTT {time}</translation>
        </message>
        <message>
            <source>Never, still in use: connections that began here keep it while they have no other path.</source>
            <translation>Nie, noch in Gebrauch: Verbindungen, die hier begannen, behalten ihn, solange sie keinen anderen Pfad haben.</translation>
        </message>
        <message>
            <source>Addresses: {addresses}</source>
            <translation>Adressen: {addresses}</translation>
        </message>
        <message>
            <source>Gateway: {gateways}</source>
            <translation>Gateway: {gateways}</translation>
        </message>
        <message>
            <source>Drag to another lane, or press 1 to 4; Space opens the menu, Enter or a double click the details.</source>
            <translation>In eine andere Spur ziehen oder 1 bis 4 drücken; die Leertaste öffnet das Menü, die Eingabetaste oder ein Doppelklick die Einzelheiten.</translation>
        </message>
        <message>
            <source>Drag to another lane, or press 1 to 4; Enter opens the menu.</source>
            <translation>In eine andere Spur ziehen oder 1 bis 4 drücken; die Eingabetaste öffnet das Menü.</translation>
        </message>
        <message>
            <source>Trust …</source>
            <translation>Vertrauen …</translation>
        </message>
        <message>
            <source>Asks the gateway five times how fast it answers.</source>
            <translation>Fragt das Gateway fünfmal, wie schnell es antwortet.</translation>
        </message>
        <message>
            <source>Lane</source>
            <translation>Spur</translation>
        </message>
        <message>
            <source>Probe now</source>
            <translation>Jetzt prüfen</translation>
        </message>
        <message>
            <source>Asking the gateway …</source>
            <translation>Das Gateway wird gefragt …</translation>
        </message>
        <message>
            <source>Use</source>
            <translation>Nutzung</translation>
        </message>
        <message>
            <source>Data cap</source>
            <translation>Datenlimit</translation>
        </message>
        <message>
            <source>What it would change …</source>
            <translation>Was es ändern würde …</translation>
        </message>
        <message>
            <source>More about {profile}</source>
            <translation>Mehr zu {profile}</translation>
        </message>
        <message>
            <source>Use with a network, export, delete</source>
            <translation>Mit einem Netz benutzen, exportieren, löschen</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>Löschen</translation>
        </message>
        <message>
            <source>Compare with</source>
            <translation>Vergleichen mit</translation>
        </message>
        <message>
            <source>Use with</source>
            <translation>Benutzen mit</translation>
        </message>
        <message>
            <source>Compare the fingerprint with its owner first, on another way than the file came.</source>
            <translation>Vergleichen Sie den Fingerabdruck zuerst mit seinem Besitzer, auf einem anderen Weg, als die Datei kam.</translation>
        </message>
        <message>
            <source>Cannot be used (1)</source>
            <translation>Nicht zu gebrauchen (1)</translation>
        </message>
        <message>
            <source>Cannot be used ({count})</source>
            <translation>Nicht zu gebrauchen ({count})</translation>
        </message>
        <message>
            <source>Mend these lines in an editor and open the file again; nothing has been changed.</source>
            <translation>Berichtigen Sie diese Zeilen in einem Editor und öffnen Sie die Datei noch einmal; nichts wurde geändert.</translation>
        </message>
        <message>
            <source>How it is taken</source>
            <translation>So wird es verstanden</translation>
        </message>
        <message>
            <source>Show how it is written</source>
            <translation>Zeigen, wie es geschrieben ist</translation>
        </message>
        <message>
            <source>Take the rest, without what cannot be used</source>
            <translation>Den Rest übernehmen, ohne das Unbrauchbare</translation>
        </message>
        <message>
            <source>Widens rights (1)</source>
            <translation>Erweitert Rechte (1)</translation>
        </message>
        <message>
            <source>Widens rights ({count})</source>
            <translation>Erweitert Rechte ({count})</translation>
        </message>
        <message>
            <source>Changes otherwise (1)</source>
            <translation>Ändert außerdem (1)</translation>
        </message>
        <message>
            <source>Changes otherwise ({count})</source>
            <translation>Ändert außerdem ({count})</translation>
        </message>
        <message>
            <source>Trust this signer</source>
            <translation>Diesem Unterzeichner vertrauen</translation>
        </message>
        <message>
            <source>Import</source>
            <translation>Importieren</translation>
        </message>
        <message>
            <source>Import and activate</source>
            <translation>Importieren und aktivieren</translation>
        </message>
        <message>
            <source>Use it with this network</source>
            <translation>Mit diesem Netz benutzen</translation>
        </message>
        <message>
            <source>How it is written</source>
            <translation>So ist es geschrieben</translation>
        </message>
        <message>
            <source>Preview</source>
            <translation>Vorschau</translation>
        </message>
        <message>
            <source>Keep it as</source>
            <translation>Speichern als</translation>
        </message>
        <message>
            <source>Name of the profile</source>
            <translation>Name des Profils</translation>
        </message>
        <message>
            <source>What you decided stays where this profile says nothing else</source>
            <translation>Was Sie entschieden haben, bleibt, wo dieses Profil nichts anderes sagt</translation>
        </message>
        <message>
            <source>Replace current decisions</source>
            <translation>Jetzige Entscheidungen ersetzen</translation>
        </message>
        <message>
            <source>Add to current decisions</source>
            <translation>Jetzige Entscheidungen ergänzen</translation>
        </message>
        <message>
            <source>What it calls paths, and which these are here</source>
            <translation>Wie es Pfade nennt, und welche das hier sind</translation>
        </message>
        <message>
            <source>What would survive if a network went out of reach? Take it away and see.</source>
            <translation>Was liefe weiter, wenn ein Netz außer Reichweite geriete? Nehmen Sie es weg und sehen Sie nach.</translation>
        </message>
        <message>
            <source>Rehearsal</source>
            <translation>Ausfallprobe</translation>
        </message>
        <message>
            <source>For how long, in seconds</source>
            <translation>Wie lange, in Sekunden</translation>
        </message>
        <message>
            <source>Which path is taken away</source>
            <translation>Welcher Pfad weggenommen wird</translation>
        </message>
        <message>
            <source>Nothing passes there meanwhile, and the link itself stays up. It ends by itself.</source>
            <translation>Dort kommt so lange nichts durch; die Verbindung selbst bleibt bestehen. Es endet von selbst.</translation>
        </message>
        <message>
            <source>End it now</source>
            <translation>Jetzt beenden</translation>
        </message>
        <message>
            <source>Take it away</source>
            <translation>Wegnehmen</translation>
        </message>
        <message>
            <source>{path} is away ...</source>
            <translation>{path} ist weg …</translation>
        </message>
        <message>
            <source>Ending the rehearsal failed</source>
            <translation>Die Ausfallprobe konnte nicht beendet werden</translation>
        </message>
        <message>
            <source>The rehearsal failed</source>
            <translation>Die Ausfallprobe ist fehlgeschlagen</translation>
        </message>
        <message>
            <source>As other rules say ({demand})</source>
            <translation>Wie andere Regeln sagen ({demand})</translation>
        </message>
        <message>
            <source>Nothing is held to trusted paths.</source>
            <translation>Nichts ist auf vertrauenswürdige Pfade beschränkt.</translation>
        </message>
        <message>
            <source>What opens a connection carries its keys and keeps to trusted paths; what follows may use any path.</source>
            <translation>Was eine Verbindung öffnet, trägt ihre Schlüssel und bleibt auf vertrauenswürdigen Pfaden; was folgt, darf jeden Pfad nutzen.</translation>
        </message>
        <message>
            <source>The handshake and the first bytes in each direction keep to trusted paths; what follows may use any path.</source>
            <translation>Der Handshake und die ersten Bytes jeder Richtung bleiben auf vertrauenswürdigen Pfaden; was folgt, darf jeden Pfad nutzen.</translation>
        </message>
        <message>
            <source>Rule</source>
            <translation>Regel</translation>
        </message>
        <message>
            <source>Preset</source>
            <translation>Vorlage</translation>
        </message>
        <message>
            <source>As other rules say</source>
            <translation>Wie andere Regeln sagen</translation>
        </message>
        <message>
            <source>Refuse where no path is trusted</source>
            <translation>Ablehnen, wo kein Pfad vertrauenswürdig ist</translation>
        </message>
        <message>
            <source>Prefer the path with the lowest delay</source>
            <translation>Den Pfad mit der geringsten Verzögerung bevorzugen</translation>
        </message>
        <message>
            <source>Bytes that keep to trusted paths, in each direction</source>
            <translation>Bytes, die auf vertrauenswürdigen Pfaden bleiben, in jeder Richtung</translation>
        </message>
        <message>
            <source>This rule demands nothing of its own.</source>
            <translation>Diese Regel verlangt selbst nichts.</translation>
        </message>
        <message>
            <source>Any path</source>
            <translation>Jeder Pfad</translation>
        </message>
        <message>
            <source>Handshake</source>
            <translation>Handshake</translation>
        </message>
        <message>
            <source>First bytes</source>
            <translation>Erste Bytes</translation>
        </message>
        <message>
            <source>As it asks itself</source>
            <translation>Wie selbst verlangt</translation>
        </message>
        <message>
            <source>Several paths for programs that ask for Multipath TCP.</source>
            <translation>Mehrere Pfade für Programme, die Multipath TCP verlangen.</translation>
        </message>
        <message>
            <source>Also for programs that know nothing of it, as far as that can be had.</source>
            <translation>Auch für Programme, die nichts davon wissen, soweit das zu haben ist.</translation>
        </message>
        <message>
            <source>One path is enough for it.</source>
            <translation>Ein Pfad genügt ihr.</translation>
        </message>
        <message>
            <source>How long its data may wait</source>
            <translation>Wie lange ihre Daten warten dürfen</translation>
        </message>
        <message>
            <source>Paths it may use</source>
            <translation>Pfade, die sie benutzen darf</translation>
        </message>
        <message>
            <source>Several paths at once (Multipath TCP)</source>
            <translation>Mehrere Pfade zugleich (Multipath TCP)</translation>
        </message>
        <message>
            <source>How long this holds</source>
            <translation>Wie lange das gilt</translation>
        </message>
        <message>
            <source>The rules about it, in the order in which they count</source>
            <translation>Die Regeln dazu, in der Reihenfolge, in der sie zählen</translation>
        </message>
        <message>
            <source>bytes in each direction</source>
            <translation>Bytes in jeder Richtung</translation>
        </message>
        <message>
            <source>No rule: the backup stays a backup, and connections open on trusted paths.</source>
            <translation>Keine Regel: Die Reserve bleibt Reserve, und Verbindungen beginnen auf vertrauenswürdigen Pfaden.</translation>
        </message>
        <message>
            <source>Pages</source>
            <translation>Seiten</translation>
        </message>
        <message>
            <source>Colours: {theme}</source>
            <translation>Farben: {theme}</translation>
        </message>
        <message>
            <source>Others trust what you sign when they know your key.</source>
            <translation>Andere vertrauen dem, was Sie signieren, wenn sie Ihren Schlüssel kennen.</translation>
        </message>
        <message>
            <source>Copy your key</source>
            <translation>Schlüssel kopieren</translation>
        </message>
        <message>
            <source>You trust no signer yet: open a signed profile, and say there that you do.</source>
            <translation>Sie vertrauen noch keinem Unterzeichner: Öffnen Sie ein signiertes Profil und geben Sie es dort an.</translation>
        </message>
        <message>
            <source>Forget</source>
            <translation>Vergessen</translation>
        </message>
        <message>
            <source>Trust {signer} no longer</source>
            <translation>{signer} nicht mehr vertrauen</translation>
        </message>
        <message>
            <source>Signatures</source>
            <translation>Signaturen</translation>
        </message>
        <message>
            <source>Undo (Ctrl+Z)</source>
            <translation>Rückgängig (Strg+Z)</translation>
        </message>
        <message>
            <source>Looking for the daemon</source>
            <translation>Der Dienst wird gesucht</translation>
        </message>
        <message>
            <source>This takes a moment.</source>
            <translation>Das dauert einen Augenblick.</translation>
        </message>
        <message>
            <source>The daemon is not running</source>
            <translation>Der Dienst läuft nicht</translation>
        </message>
        <message>
            <source>{lowest} to {highest}; Enter sets it</source>
            <translation>{lowest} bis {highest}; die Eingabetaste setzt es</translation>
        </message>
        <message>
            <source>Say nothing of it</source>
            <translation>Keine Angabe</translation>
        </message>
        <message>
            <source>Show the last {time}</source>
            <translation>Die letzten {time} zeigen</translation>
        </message>
        <message>
            <source>Range {range}: clear</source>
            <translation>Zeitraum {range}: aufheben</translation>
        </message>
        <message>
            <source>At most {rate}.</source>
            <translation>Höchstens {rate}.</translation>
        </message>
        <message>
            <source>What was carried, over time</source>
            <translation>Was übertragen wurde, im Lauf der Zeit</translation>
        </message>
        <message>
            <source>Some of the time was not measured.</source>
            <translation>Ein Teil der Zeit wurde nicht gemessen.</translation>
        </message>
        <message>
            <source>Chosen: {range}.</source>
            <translation>Gewählt: {range}.</translation>
        </message>
        <message>
            <source>{path}: {down} down, {up} up</source>
            <translation>{path}: {down} herunter, {up} hinauf</translation>
        </message>
        <message>
            <source>Traffic of the last five minutes</source>
            <translation>Verkehr der letzten fünf Minuten</translation>
        </message>
        <message>
            <source>not measured</source>
            <translation>nicht gemessen</translation>
        </message>
        <message>
            <source>The first second is being measured</source>
            <translation>Die erste Sekunde wird gemessen</translation>
        </message>
        <message>
            <source>There is no path to measure</source>
            <translation>Es gibt keinen Pfad zu messen</translation>
        </message>
        <message>
            <source>Trust in {path}: {level}</source>
            <translation>Vertrauen in {path}: {level}</translation>
        </message>
        <message>
            <source>Trust in {path}: {level}, decided by you</source>
            <translation>Vertrauen in {path}: {level}, von Ihnen entschieden</translation>
        </message>
        <message>
            <source>A click or Enter changes it.</source>
            <translation>Ein Klick oder die Eingabetaste ändert es.</translation>
        </message>
        <message>
            <source>Not proven: {program} could not be started.</source>
            <translation>Nicht bewiesen: {program} ließ sich nicht starten.</translation>
        </message>
        <message>
            <source>{who}: data may wait {wait}</source>
            <translation>{who}: Daten dürfen warten: {wait}</translation>
        </message>
        <message>
            <source>Everything shown is simulated</source>
            <translation>Alles Gezeigte ist simuliert</translation>
        </message>
        <message>
            <source>Simulated: none of this is real.</source>
            <translation>Simuliert: Nichts davon ist echt.</translation>
        </message>
        <message>
            <source>Pausing failed</source>
            <translation>Das Aussetzen ist fehlgeschlagen</translation>
        </message>
        <message>
            <source>Enforcing again failed</source>
            <translation>Das Fortsetzen der Durchsetzung ist fehlgeschlagen</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>Noch einmal versuchen</translation>
        </message>
        <message>
            <source>Resume</source>
            <translation>Fortsetzen</translation>
        </message>
        <message>
            <source>you have said so</source>
            <translation>Sie haben es festgelegt</translation>
        </message>
        <message>
            <source>it may be a network that you do not trust; what tells them apart is not known yet</source>
            <translation>es könnte ein Netz sein, dem Sie nicht vertrauen; noch ist nicht bekannt, was sie unterscheidet</translation>
        </message>
        <message>
            <source>what you have said of networks is lost, and it may be one that you do not trust</source>
            <translation>was Sie über Netze festgelegt haben, ist verloren, und es könnte eines sein, dem Sie nicht vertrauen</translation>
        </message>
        <message>
            <source>who listens would have to be at the cable</source>
            <translation>wer lauscht, müsste am Kabel sein</translation>
        </message>
        <message>
            <source>the cable leads to a network with a login (802.1X)</source>
            <translation>das Kabel führt in ein Netz mit Anmeldung (802.1X)</translation>
        </message>
        <message>
            <source>you trust cables only where there is a login (802.1X), and here is none</source>
            <translation>Sie vertrauen Kabeln nur mit Anmeldung (802.1X), und hier ist keine</translation>
        </message>
        <message>
            <source>cellular networks encrypt the air and know their telephones</source>
            <translation>Mobilfunknetze verschlüsseln die Funkstrecke und kennen ihre Geräte</translation>
        </message>
        <message>
            <source>who listens would have to be at the telephone line</source>
            <translation>wer lauscht, müsste an der Telefonleitung sein</translation>
        </message>
        <message>
            <source>it encrypts what it carries</source>
            <translation>er verschlüsselt, was er überträgt</translation>
        </message>
        <message>
            <source>paired devices encrypt the air</source>
            <translation>gekoppelte Geräte verschlüsseln die Funkstrecke</translation>
        </message>
        <message>
            <source>it leads to your telephone and counts as its cellular network does</source>
            <translation>er führt zu Ihrem Telefon und zählt wie dessen Mobilfunknetz</translation>
        </message>
        <message>
            <source>everybody in reach can overhear an open Wi-Fi</source>
            <translation>jeder in Reichweite kann ein offenes WLAN mithören</translation>
        </message>
        <message>
            <source>it encrypts the air but does not prove who it is: anybody can pretend to be this network</source>
            <translation>es verschlüsselt die Funkstrecke, beweist aber nicht, wer es ist: Jeder kann sich als dieses Netz ausgeben</translation>
        </message>
        <message>
            <source>WEP is broken within minutes</source>
            <translation>WEP ist in Minuten geknackt</translation>
        </message>
        <message>
            <source>WPA with TKIP is too weak</source>
            <translation>WPA mit TKIP ist zu schwach</translation>
        </message>
        <message>
            <source>WPA2 encrypts the air</source>
            <translation>WPA2 verschlüsselt die Funkstrecke</translation>
        </message>
        <message>
            <source>WPA3 encrypts the air</source>
            <translation>WPA3 verschlüsselt die Funkstrecke</translation>
        </message>
        <message>
            <source>the network proves with its certificate who it is</source>
            <translation>das Netz beweist mit seinem Zertifikat, wer es ist</translation>
        </message>
        <message>
            <source>its certificate is not validated: anybody can pretend to be this network</source>
            <translation>sein Zertifikat wird nicht geprüft: Jeder kann sich als dieses Netz ausgeben</translation>
        </message>
        <message>
            <source>nobody tells whether the network's certificate is validated</source>
            <translation>es ist nicht bekannt, ob das Zertifikat des Netzes geprüft wird</translation>
        </message>
        <message>
            <source>nobody tells how this Wi-Fi is encrypted</source>
            <translation>es ist nicht bekannt, wie dieses WLAN verschlüsselt ist</translation>
        </message>
        <message>
            <source>what lies behind a virtual link is not known</source>
            <translation>was hinter einer virtuellen Verbindung liegt, ist nicht bekannt</translation>
        </message>
        <message>
            <source>nobody tells what kind of network this is</source>
            <translation>es ist nicht bekannt, was für ein Netz das ist</translation>
        </message>
        <message>
            <source>No address</source>
            <translation>Keine Adresse</translation>
        </message>
        <message>
            <source>The network has not given this machine an address (yet): nothing can leave by this path.</source>
            <translation>Das Netz hat diesem Rechner (noch) keine Adresse gegeben: Über diesen Pfad kann nichts hinaus.</translation>
        </message>
        <message>
            <source>Connect to this network again, or look at its DHCP server. A path that is not needed can be left out:</source>
            <translation>Verbinden Sie sich neu mit diesem Netz, oder sehen Sie nach seinem DHCP-Server. Ein Pfad, der nicht gebraucht wird, lässt sich auslassen:</translation>
        </message>
        <message>
            <source>No gateway</source>
            <translation>Kein Gateway</translation>
        </message>
        <message>
            <source>Only hosts of the same network can be reached by this path, and nothing behind it.</source>
            <translation>Über diesen Pfad sind nur Rechner desselben Netzes zu erreichen, und nichts dahinter.</translation>
        </message>
        <message>
            <source>Have the network tell a default gateway. A path that is not meant to lead further can be left out:</source>
            <translation>Lassen Sie das Netz ein Standard-Gateway nennen. Ein Pfad, der nicht weiterführen soll, lässt sich auslassen:</translation>
        </message>
        <message>
            <source>No route for this source address</source>
            <translation>Keine Route für diese Quelladresse</translation>
        </message>
        <message>
            <source>Rules or routes of another program come before those of mpmanager: no subflow leaves by this path.</source>
            <translation>Regeln oder Routen eines anderen Programms gehen denen von mpmanager vor: Kein Subflow geht über diesen Pfad hinaus.</translation>
        </message>
        <message>
            <source>Look for rules with a priority before ours, and remove what another program has left there.</source>
            <translation>Suchen Sie Regeln, die den unseren vorgehen, und entfernen Sie, was ein anderes Programm dort hinterlassen hat.</translation>
        </message>
        <message>
            <source>The gateway is silent</source>
            <translation>Das Gateway ist stumm</translation>
        </message>
        <message>
            <source>The first router does not answer. Some never answer echo requests; else it is off or out of reach.</source>
            <translation>Der erste Router antwortet nicht. Manche beantworten nie Echo-Anfragen; sonst ist er aus oder außer Reichweite.</translation>
        </message>
        <message>
            <source>Restart the router or move closer to it; meanwhile other paths carry.</source>
            <translation>Starten Sie den Router neu oder gehen Sie näher heran; so lange übertragen andere Pfade.</translation>
        </message>
        <message>
            <source>No name server</source>
            <translation>Kein Nameserver</translation>
        </message>
        <message>
            <source>Names cannot be resolved over this path. When it is the only one left, nothing will open by name.</source>
            <translation>Über diesen Pfad lassen sich keine Namen auflösen. Bleibt nur er übrig, öffnet sich nichts mehr über einen Namen.</translation>
        </message>
        <message>
            <source>Have the network, or your own settings of it, name a DNS server that can be reached there.</source>
            <translation>Lassen Sie das Netz oder Ihre Einstellungen dafür einen DNS-Server nennen, der dort zu erreichen ist.</translation>
        </message>
        <message>
            <source>A portal stands in between</source>
            <translation>Ein Portal steht dazwischen</translation>
        </message>
        <message>
            <source>This network wants a login in a browser before it lets anything pass.</source>
            <translation>Dieses Netz verlangt eine Anmeldung im Browser, bevor es etwas durchlässt.</translation>
        </message>
        <message>
            <source>Log in there with a browser. Until then, keep connections off it:</source>
            <translation>Melden Sie sich dort mit einem Browser an. Halten Sie Verbindungen bis dahin fern:</translation>
        </message>
        <message>
            <source>The server cannot be reached</source>
            <translation>Der Server ist nicht zu erreichen</translation>
        </message>
        <message>
            <source>No connection to the chosen server comes about over this path, with or without Multipath TCP.</source>
            <translation>Über diesen Pfad kommt keine Verbindung zum gewählten Server zustande, ob mit oder ohne Multipath TCP.</translation>
        </message>
        <message>
            <source>Check the address and the port; where other paths reach it, this network filters it.</source>
            <translation>Prüfen Sie Adresse und Port; wo andere Pfade ihn erreichen, filtert dieses Netz.</translation>
        </message>
        <message>
            <source>Multipath TCP is filtered on this path</source>
            <translation>Multipath TCP wird auf diesem Pfad gefiltert</translation>
        </message>
        <message>
            <source>Something in this network removes the options of Multipath TCP: what opens here stays on this path.</source>
            <translation>Etwas in diesem Netz entfernt die Optionen von Multipath TCP: Was hier geöffnet wird, bleibt auf diesem Pfad.</translation>
        </message>
        <message>
            <source>Have connections open on another path, and this one only join or help:</source>
            <translation>Lassen Sie Verbindungen auf einem anderen Pfad öffnen und diesen nur beitreten oder helfen:</translation>
        </message>
        <message>
            <source>No subflow can join on this path</source>
            <translation>Auf diesem Pfad kann kein Subflow beitreten</translation>
        </message>
        <message>
            <source>Connections can open here and none can move here: as a backup this path is worth nothing.</source>
            <translation>Verbindungen lassen sich hier öffnen, aber nicht hierher verlegen: Als Reserve taugt dieser Pfad nichts.</translation>
        </message>
        <message>
            <source>Rely on another path as the backup, and leave this one out:</source>
            <translation>Verlassen Sie sich auf einen anderen Pfad als Reserve und lassen Sie diesen aus:</translation>
        </message>
        <message>
            <source>The other end speaks no Multipath TCP</source>
            <translation>Die Gegenseite spricht kein Multipath TCP</translation>
        </message>
        <message>
            <source>Such connections are plain TCP: they stay on one path and break with it.</source>
            <translation>Solche Verbindungen sind einfaches TCP: Sie bleiben auf einem Pfad und brechen mit ihm ab.</translation>
        </message>
        <message>
            <source>Only the server's side can change that (Linux 5.6 or later, and a service that listens for it).</source>
            <translation>Ändern kann das nur die Seite des Servers (Linux 5.6 oder neuer und ein Dienst, der dafür lauscht).</translation>
        </message>
        <message>
            <source>Another path manager is active</source>
            <translation>Ein anderer Pfadverwalter ist aktiv</translation>
        </message>
        <message>
            <source>New connections belong to somebody else: tiers, waits and helping do not hold for them.</source>
            <translation>Neue Verbindungen gehören jemand anderem: Spuren, Wartezeiten und Hilfe gelten für sie nicht.</translation>
        </message>
        <message>
            <source>Stop the other one (mptcpd, or a setting that undoes ours), and start mpmanagerd again:</source>
            <translation>Beenden Sie den anderen (mptcpd oder eine Einstellung, die unsere aufhebt) und starten Sie mpmanagerd neu:</translation>
        </message>
        <message>
            <source>Another program may steer the same connections</source>
            <translation>Ein anderes Programm steuert vielleicht dieselben Verbindungen</translation>
        </message>
        <message>
            <source>A second path manager (mptcpd) opens and closes subflows of our connections as it likes; both waste subflows that the other one undoes. Who only looks (ip mptcp monitor) does no harm.</source>
            <translation>Ein zweiter Path-Manager (mptcpd) öffnet und schließt Subflows unserer Verbindungen, wie er will; beide machen zunichte, was der andere aufbaut. Wer nur zuschaut (ip mptcp monitor), schadet nicht.</translation>
        </message>
        <message>
            <source>Leave one of the two; to stop mptcpd, also at the next start:</source>
            <translation>Nur eines der beiden behalten; um mptcpd zu beenden, auch beim nächsten Start:</translation>
        </message>
        <message>
            <source>Endpoints of the kernel's path manager</source>
            <translation>Endpunkte des Path-Managers im Kernel</translation>
        </message>
        <message>
            <source>NetworkManager, or somebody by hand, has set them. They have no effect on connections that mpmanager manages; those that were open before it, or are opened while it is stopped, may use these addresses.</source>
            <translation>NetworkManager oder jemand von Hand hat sie eingerichtet. Auf Verbindungen, die mpmanager verwaltet, haben sie keine Wirkung; solche, die vorher offen waren oder geöffnet werden, während es angehalten ist, können diese Adressen verwenden.</translation>
        </message>
        <message>
            <source>Nothing has to be done. To have none (NetworkManager: connection.mptcp-flags disabled):</source>
            <translation>Nichts muss getan werden. Um keine zu haben (NetworkManager: connection.mptcp-flags disabled):</translation>
        </message>
        <message>
            <source>This application does not use Multipath TCP</source>
            <translation>Diese Anwendung benutzt kein Multipath TCP</translation>
        </message>
        <message>
            <source>Its connections stay on the path on which they were opened, and end when that is lost.</source>
            <translation>Ihre Verbindungen bleiben auf dem Pfad, auf dem sie geöffnet wurden, und enden mit dessen Ausfall.</translation>
        </message>
        <message>
            <source>Have it use Multipath TCP from its next connections on:</source>
            <translation>Lassen Sie sie ab ihren nächsten Verbindungen Multipath TCP benutzen:</translation>
        </message>
        <message>
            <source>The cap of this path is reached</source>
            <translation>Das Datenlimit dieses Pfades ist erreicht</translation>
        </message>
        <message>
            <source>It is kept from carrying more until the next period begins.</source>
            <translation>Er überträgt nichts mehr, bis der nächste Zeitraum beginnt.</translation>
        </message>
        <message>
            <source>Let it carry more for today, or wait until counting begins anew:</source>
            <translation>Lassen Sie ihn heute mehr übertragen, oder warten Sie, bis neu gezählt wird:</translation>
        </message>
        <message>
            <source>A rule without effect</source>
            <translation>Eine Regel ohne Wirkung</translation>
        </message>
        <message>
            <source>What the lasting rule says holds again when the temporary one has ended.</source>
            <translation>Was die dauerhafte Regel sagt, gilt wieder, wenn die vorübergehende endet.</translation>
        </message>
        <message>
            <source>End the temporary rule now:</source>
            <translation>Beenden Sie die vorübergehende Regel jetzt:</translation>
        </message>
        <message>
            <source>Newer kernels do more</source>
            <translation>Neuere Kernel können mehr</translation>
        </message>
        <message>
            <source>mpmanager goes round it as said. It was tried over loopback, whatever the kernel's version says.</source>
            <translation>mpmanager umgeht das wie angegeben. Geprüft wurde es über Loopback, unabhängig von der Versionsnummer des Kernels.</translation>
        </message>
        <message>
            <source>Where it matters, use a newer kernel (Linux 6.12 has all that is tried here).</source>
            <translation>Wo es darauf ankommt, nehmen Sie einen neueren Kernel (Linux 6.12 hat alles, was hier geprüft wird).</translation>
        </message>
        <message>
            <source>Something cannot be done on this machine</source>
            <translation>Etwas geht auf diesem Rechner nicht</translation>
        </message>
        <message>
            <source>What needs it is not enforced, or done in a lesser way; the rest works.</source>
            <translation>Was es braucht, wird nicht oder nur eingeschränkt durchgesetzt; der Rest funktioniert.</translation>
        </message>
        <message>
            <source>See which of the requirements of mpmanager this machine does not meet:</source>
            <translation>Sehen Sie nach, welche Voraussetzungen von mpmanager dieser Rechner nicht erfüllt:</translation>
        </message>
    </context>
</TS>
