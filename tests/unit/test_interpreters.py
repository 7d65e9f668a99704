"""Which script an interpreter runs, by its command line."""

import shlex

import pytest

from mpmanager.core.interpreters import Script, is_interpreter, script_of

PYTHON = "/usr/bin/python3.11"


def ran(exe, command, *, cwd="/home/u", comm=""):
    return script_of(exe, shlex.split(command), cwd=cwd, comm=comm)


@pytest.mark.parametrize(
    ("exe", "command", "script"),
    [
        (PYTHON, "python3 /usr/bin/meld", "/usr/bin/meld"),
        (PYTHON, "/usr/bin/python3 -Es /usr/bin/meld --diff a b", "/usr/bin/meld"),
        (PYTHON, "python3 -X dev -W ignore -u tool.py -c x", "/home/u/tool.py"),
        (PYTHON, "python3 -Wignore -Xdev ../tool.py", "/home/tool.py"),
        (PYTHON, "python3 --check-hash-based-pycs always ./a/tool.py", "/home/u/a/tool.py"),
        (PYTHON, "python3 -- -odd.py", "/home/u/-odd.py"),
        (PYTHON, "anything /usr/bin/meld", "/usr/bin/meld"),
        ("/opt/pypy/bin/pypy3.10", "pypy3 a.py", "/home/u/a.py"),
        ("/usr/bin/python3.13t", "python3 a.py", "/home/u/a.py"),
        ("/usr/bin/bash", "bash -euo pipefail backup.sh now", "/home/u/backup.sh"),
        ("/usr/bin/bash", "bash --rcfile x +o history /opt/backup.sh", "/opt/backup.sh"),
        ("/usr/bin/bash", "/bin/bash /usr/bin/startup", "/usr/bin/startup"),
        ("/usr/bin/dash", "sh -x /etc/x.sh", "/etc/x.sh"),
        ("/usr/bin/zsh", "zsh -f /etc/x.zsh", "/etc/x.zsh"),
        ("/usr/bin/fish", "fish -C init /etc/x.fish", "/etc/x.fish"),
        ("/usr/bin/busybox", "sh /etc/x.sh", "/etc/x.sh"),
        ("/usr/bin/busybox", "busybox ash /etc/x.sh", "/etc/x.sh"),
        ("/usr/bin/perl", "perl -w -I lib -Mstrict /usr/bin/ack", "/usr/bin/ack"),
        ("/usr/bin/perl5.36.0", "/usr/bin/perl -wT /usr/bin/ack", "/usr/bin/ack"),
        ("/usr/bin/perl", "perl -i.bak -lne0 a.pl", None),
        ("/usr/bin/ruby3.1", "ruby -W0 -rjson -I lib /usr/bin/irb", "/usr/bin/irb"),
        ("/usr/bin/node", "node --inspect=9229 -r ./hook.js server.js", "/home/u/server.js"),
        ("/usr/bin/node", "node --require hook inspect server.js", "/home/u/server.js"),
        ("/usr/bin/nodejs", "node --max-old-space-size=9 /usr/lib/x/cli.js", "/usr/lib/x/cli.js"),
        ("/usr/bin/bun", "bun run server.ts", "/home/u/server.ts"),
        ("/usr/bin/deno", "deno run --allow-net server.ts", "/home/u/server.ts"),
        ("/usr/lib/jvm/17/bin/java", "java -Xmx1g -cp a.jar:b.jar -jar /opt/app/app.jar x", "/opt/app/app.jar"),
        ("/usr/lib/jvm/17/bin/java", "java --source 17 Tool.java", "/home/u/Tool.java"),
        ("/usr/bin/php8.2", "php -d a=b -f run.php", "/home/u/run.php"),
        ("/usr/bin/lua5.4", "lua -l json a.lua", "/home/u/a.lua"),
        ("/usr/bin/gjs-console", "gjs -I lib /usr/share/org.gnome.Maps", "/usr/share/org.gnome.Maps"),
        ("/usr/bin/gjs-console", "gjs -m /usr/bin/gnome-characters", "/usr/bin/gnome-characters"),
        ("/usr/bin/guile-3.0", "guile -s a.scm", None),
        ("/usr/bin/guile3.0", "guile -s a.scm", "/home/u/a.scm"),
        ("/usr/bin/tclsh8.6", "tclsh -encoding utf-8 a.tcl", "/home/u/a.tcl"),
        ("/usr/bin/mono-sgen", "mono --debug /usr/lib/keepass2/KeePass.exe", "/usr/lib/keepass2/KeePass.exe"),
        ("/usr/bin/dotnet", "dotnet exec --roll-forward Major app.dll", "/home/u/app.dll"),
        ("/usr/lib/electron28/electron", "electron --no-sandbox /usr/lib/app/app.asar", "/usr/lib/app/app.asar"),
        ("/usr/lib/electron/electron", "electron .", "/home/u"),
    ],
)
def test_a_script_is_found_behind_its_interpreters_options(exe, command, script):
    assert ran(exe, command) == (None if script is None else Script(name=script))


@pytest.mark.parametrize(
    ("exe", "command", "module"),
    [
        (PYTHON, "python3 -m http.server 8000", "http.server"),
        (PYTHON, "python3 -Im pip install x", "pip"),
        (PYTHON, "python3 -mpip install x", "pip"),
        ("/usr/bin/java", "java -cp a:b --add-opens x=y org.jd.Main file", "org.jd.Main"),
        ("/usr/bin/java", "java -m app/org.app.Main", "app"),
        ("/usr/bin/java", "java --module=app", "app"),
    ],
)
def test_a_module_is_told_by_its_name(exe, command, module):
    assert ran(exe, command) == Script(name=module, is_module=True)


@pytest.mark.parametrize(
    ("exe", "command"),
    [
        (PYTHON, "python3"),
        (PYTHON, "python3 -c 'import x' a.py"),
        (PYTHON, "python3 -bc 'import x' a.py"),
        (PYTHON, "python3 - a.py"),
        (PYTHON, "python3 -m"),
        (PYTHON, "python3 -W"),
        (PYTHON, "python3 --"),
        (PYTHON, "python3 ''"),
        (PYTHON, ""),
        ("/usr/bin/bash", "-bash"),
        ("/usr/bin/bash", "bash -lc 'curl x'"),
        ("/usr/bin/bash", "bash -s a b"),
        ("/usr/bin/perl", "perl -pe s/a/b/ file"),
        ("/usr/bin/ruby", "ruby -e 1 file"),
        ("/usr/bin/node", "node -e 1 file"),
        ("/usr/bin/node", "node --eval=1 file"),
        ("/usr/bin/java", "java -version"),
        ("/usr/bin/busybox", "wget http://x"),
        ("/usr/bin/busybox", "busybox wget http://x"),
        ("/usr/bin/busybox", "busybox"),
        ("/usr/lib/electron/electron", "electron --type=utility --field=1"),
        ("/usr/bin/curl", "curl /etc/hosts"),
        ("/usr/bin/python3-config", "python3-config /a"),
        ("/usr/bin/ssh", "ssh host"),
        ("/usr/bin/dashboard", "dashboard /a"),
    ],
)
def test_where_there_is_no_script_none_is_told(exe, command):
    assert ran(exe, command) is None


def test_a_relative_script_is_not_told_where_nobody_knows_from_where():
    assert ran(PYTHON, "python3 a.py", cwd=None) is None
    assert ran(PYTHON, "python3 /a.py", cwd=None) == Script(name="/a.py")


def test_an_interpreter_under_another_name_is_given_away_by_the_kernels_name_for_its_script():
    snake = "/opt/vendor/snake"
    assert ran(snake, "/opt/vendor/snake -u /opt/a-very-long-script-name", comm="a-very-long-scr") == Script(
        name="/opt/a-very-long-script-name"
    )
    assert ran(snake, "/opt/vendor/snake /opt/script", comm="snake") is None
    assert ran(snake, "/opt/vendor/snake /opt/script", comm="else") is None
    assert ran("/usr/bin/vim", "vim /opt/vim", comm="vim") is None


def test_interpreters_are_known_by_their_whole_name():
    assert is_interpreter("/usr/bin/python3")
    assert is_interpreter("electron")
    assert not is_interpreter("/usr/bin/python3-config")
    assert not is_interpreter("/usr/bin/javac")
