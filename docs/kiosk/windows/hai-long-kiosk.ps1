<#
NOT TESTED ON WINDOWS YET. Not even run: written from the documentation. Try it on one machine that you can set up anew.

Starts the browser of a Hai Long kiosk in a profile that stays, and starts it again whenever it ends. For Windows 10 and 11 with
Windows PowerShell 5.1 and Chrome or Edge from version 109 on. (This file is plain ASCII, because PowerShell 5.1 misreads other letters.)

  As an administrator, once, for an account without rights that exists already:
    powershell -ExecutionPolicy Bypass -File hai-long-kiosk.ps1 -Install -User kiosk -Url https://danhgia.example.vn/kiosk

  What the kiosk's account runs at each sign-in:
    powershell -ExecutionPolicy Bypass -File hai-long-kiosk.ps1 -Url https://danhgia.example.vn/kiosk

-Install copies this file, sets the policies and the power plan, and then
  - uses Shell Launcher, where the edition has it (Enterprise, Education, IoT Enterprise): the script is the account's shell, so there is no
    desktop to get to;
  - otherwise (Pro) registers a task at sign-in. The desktop is behind the browser: do not leave a keyboard at the machine.
It does not make the account sign in by itself. Set that up apart, for example with Autologon of Sysinternals.

Chrome is taken when it is there, else Edge. Never "assigned access" with Edge and never --edge-kiosk-type: both kiosk types of Edge are
InPrivate, and the kiosk would lose its key and what it has not sent yet. Edge is therefore started without --kiosk, as an app in full
screen. That this is not InPrivate is NOT VERIFIED: restart the machine after enrolling; it must not ask for the eight digits again.

Switches:
  --user-data-dir                    a profile of its own that stays; there is no --incognito and no --inprivate
  --kiosk                            Chrome: full screen, no address bar
  --app, --start-fullscreen          Edge: the same without its kiosk mode
  --noerrdialogs                     no dialogs about errors
  --hide-crash-restore-bubble        no "Restore pages?" (older versions may not know it; Preferences are mended below as well)
  --no-first-run                     no welcome page
  --no-default-browser-check         no question about the default browser
  --disable-pinch                    two fingers do not zoom
  --overscroll-history-navigation=0  a swipe does not go back
The offer to translate is switched off by a policy: a switch does not do it.
#>
param(
    [Parameter(Mandatory = $true)][string]$Url,
    [switch]$Install,
    [string]$User
)
$ErrorActionPreference = 'Stop'

function Find-Browser {
    $places = @(
        "$env:ProgramFiles\Google\Chrome\Application\chrome.exe",
        "${env:ProgramFiles(x86)}\Google\Chrome\Application\chrome.exe",
        "${env:ProgramFiles(x86)}\Microsoft\Edge\Application\msedge.exe",
        "$env:ProgramFiles\Microsoft\Edge\Application\msedge.exe")
    foreach ($place in $places) {
        if (Test-Path $place) { return $place }
    }
    throw 'Neither Chrome nor Edge is installed for all users.'
}

function Set-Policy([string]$Key, [string]$Name, [int]$Value) {
    if (-not (Test-Path $Key)) { New-Item -Path $Key -Force | Out-Null }
    New-ItemProperty -Path $Key -Name $Name -Value $Value -PropertyType DWord -Force | Out-Null
}

function Install-Kiosk {
    if (-not $User) { throw 'Say the account with -User.' }
    $sid = (New-Object System.Security.Principal.NTAccount($User)).Translate([System.Security.Principal.SecurityIdentifier]).Value

    # Under Program Files, where an account without rights cannot change it.
    $folder = "$env:ProgramFiles\HaiLongKiosk"
    New-Item -ItemType Directory -Path $folder -Force | Out-Null
    Copy-Item -Path $PSCommandPath -Destination "$folder\hai-long-kiosk.ps1" -Force

    # No offer to translate, no private window, no developer tools (a scanner is a keyboard), no offer to keep passwords.
    foreach ($key in 'HKLM:\SOFTWARE\Policies\Google\Chrome', 'HKLM:\SOFTWARE\Policies\Microsoft\Edge') {
        Set-Policy $key 'TranslateEnabled' 0
        Set-Policy $key 'DeveloperToolsAvailability' 2
        Set-Policy $key 'PasswordManagerEnabled' 0
    }
    Set-Policy 'HKLM:\SOFTWARE\Policies\Google\Chrome' 'IncognitoModeAvailability' 1
    Set-Policy 'HKLM:\SOFTWARE\Policies\Microsoft\Edge' 'InPrivateModeAvailability' 1
    # No swipe from the edge of the screen into Windows.
    Set-Policy 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\EdgeUI' 'AllowEdgeSwipe' 0

    # Neither the screen nor the machine goes to sleep.
    powercfg /change monitor-timeout-ac 0
    powercfg /change standby-timeout-ac 0
    powercfg /change hibernate-timeout-ac 0

    $arguments = "-NoProfile -ExecutionPolicy Bypass -WindowStyle Hidden -File `"$folder\hai-long-kiosk.ps1`" -Url `"$Url`""
    $powershell = "$env:SystemRoot\System32\WindowsPowerShell\v1.0\powershell.exe"

    $feature = Get-WindowsOptionalFeature -Online -FeatureName 'Client-EmbeddedShellLauncher' -ErrorAction SilentlyContinue
    $edition = (Get-ItemProperty 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion').EditionID
    if ($feature -and $edition -match 'Enterprise|Education') {
        if ($feature.State -ne 'Enabled') {
            Enable-WindowsOptionalFeature -Online -FeatureName 'Client-EmbeddedShellLauncher' -All -NoRestart | Out-Null
        }
        try { $launcher = [wmiclass]'\\localhost\root\standardcimv2\embedded:WESL_UserSetting' }
        catch { throw 'Shell Launcher was switched on. Restart the machine and run this again.' }
        # Everybody else keeps the desktop. Do this first, or an administrator has none.
        $launcher.SetDefaultShell('explorer.exe', 0) | Out-Null
        try { $launcher.RemoveCustomShell($sid) | Out-Null } catch { Write-Verbose 'There was none.' }
        # The last 0: when the shell ends, start it again.
        $launcher.SetCustomShell($sid, "`"$powershell`" $arguments", $null, $null, 0) | Out-Null
        $launcher.SetEnabled($true) | Out-Null
        Write-Output "Shell Launcher starts the kiosk when $User signs in."
    }
    else {
        $action = New-ScheduledTaskAction -Execute $powershell -Argument $arguments
        $trigger = New-ScheduledTaskTrigger -AtLogOn -User $User
        $principal = New-ScheduledTaskPrincipal -UserId $User -LogonType Interactive -RunLevel Limited
        # No limit of time; on batteries, too; again a minute after the script itself has failed.
        $settings = New-ScheduledTaskSettingsSet -ExecutionTimeLimit ([TimeSpan]::Zero) -AllowStartIfOnBatteries `
            -DontStopIfGoingOnBatteries -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1) -MultipleInstances IgnoreNew
        Register-ScheduledTask -TaskName 'Hai Long kiosk' -Action $action -Trigger $trigger -Principal $principal `
            -Settings $settings -Force | Out-Null
        Write-Output "A task starts the kiosk when $User signs in. This edition has no Shell Launcher."
    }
}

function Repair-Preferences([string]$UserData) {
    # After a power cut the profile says that the browser crashed. Say that it did not. Written beside and put in its place.
    $file = "$UserData\Default\Preferences"
    if (-not (Test-Path $file)) { return }
    $text = [IO.File]::ReadAllText($file)
    $mended = $text.Replace('"exited_cleanly":false', '"exited_cleanly":true').Replace('"exit_type":"Crashed"', '"exit_type":"Normal"')
    if ($mended -ne $text) {
        [IO.File]::WriteAllText("$file.new", $mended)
        [IO.File]::Replace("$file.new", $file, "$file.old")
    }
}

if ($Install) {
    Install-Kiosk
    return
}

$browser = Find-Browser
$userData = "$env:LOCALAPPDATA\HaiLongKiosk"
$switches = @(
    "--user-data-dir=`"$userData`"",
    '--noerrdialogs',
    '--hide-crash-restore-bubble',
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-pinch',
    '--overscroll-history-navigation=0')
if ($browser -like '*msedge.exe') { $switches += @('--start-fullscreen', "--app=`"$Url`"") }
else { $switches += @('--kiosk', "`"$Url`"") }

# The watchdog.
while ($true) {
    try {
        Repair-Preferences $userData
        (Start-Process -FilePath $browser -ArgumentList $switches -PassThru).WaitForExit()
    }
    catch { Write-Warning $_ }
    Start-Sleep -Seconds 2
}
